#include "config/read_definition.hpp"
#include "config/values.hpp"

#include <array>

namespace jobhost::config {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMaxPattern = 100;                                   // bytes; no error code is longer
constexpr std::array<std::string_view, 2> kOnExhausted{"fail", "delete"};  // in the order of OnExhausted

template <class T>
void set(T& target, std::optional<T> value) {
    if (value) target = *std::move(value);
}

void read_list_backoff(Reader& reader, const Value& value, Backoff& backoff) {
    ListBackoff list;
    reader.read_list(value, [&](const Value& item) {
        if (const auto delay = reader.duration(item, 0s)) list.delays.push_back(*delay);
    });
    if (value.node->items.empty()) {
        reader.refuse(value, "must hold a delay", "remove the key to get the default");
    } else if (list.delays.size() == value.node->items.size()) {
        backoff = std::move(list);
    }
}

void read_exponential_backoff(Reader& reader, const Value& value, Backoff& backoff) {
    ExponentialBackoff exponential;
    Value first;
    Value cap;
    Keys keys;
    keys.on("first", [&](const Value& v) {
        first = v;
        set(exponential.first, reader.duration(v, 1ms));
    });
    keys.on("factor", [&](const Value& v) { set(exponential.factor, reader.number(v, 1, 1000)); });
    keys.on("cap", [&](const Value& v) {
        cap = v;
        set(exponential.cap, reader.duration(v, 1ms));
    });
    keys.on("jitter", [&](const Value& v) { set(exponential.jitter, reader.number(v, 0, 1)); });
    reader.read_mapping(value, keys);
    if (!first.node) {
        reader.refuse(value, "has no 'first'", "write the delay before the first retry, like first: 10s");
    } else if (exponential.cap < exponential.first) {
        reader.refuse(cap.node ? cap : first,
                      cap.node ? "is shorter than 'first'" : "is longer than 'cap', by default 1h");
    }
    backoff = exponential;
}

void read_backoff(Reader& reader, const Value& value, Backoff& backoff) {
    if (value.node->kind == Node::Kind::sequence) return read_list_backoff(reader, value, backoff);
    if (value.node->kind == Node::Kind::mapping) return read_exponential_backoff(reader, value, backoff);
    if (value.node->kind == Node::Kind::scalar && value.node->text == "hangfire") {
        backoff = HangfireBackoff{};
    } else if (const auto delay = reader.duration(value, 0s)) {
        backoff = FixedBackoff{*delay};
    }
}

void read_patterns(Reader& reader, const Value& value, std::vector<std::string>& patterns) {
    reader.read_list(value, [&](const Value& item) {
        const auto pattern = reader.text(item);
        if (!pattern) return;
        if (pattern->empty() || pattern->size() > kMaxPattern || pattern->find('*') < pattern->size() - 1) {
            reader.refuse(item,
                          "must be an error code of 1 to 100 bytes, in which only the last may be a *, is " +
                              in_quotes(*pattern),
                          "write it like smtp.* or exit_status");
        } else {
            patterns.push_back(*pattern);
        }
    });
}

}  // namespace

void read_retry(Reader& reader, const Value& value, RetryPolicy& retry) {
    Keys keys;
    keys.on("attempts", [&](const Value& v) { set(retry.attempts, reader.whole_number(v, 0, 1000)); });
    keys.on("delay", [&](const Value& v) { read_backoff(reader, v, retry.backoff); });
    keys.on("retry_on", [&](const Value& v) { read_patterns(reader, v, retry.retry_on); });
    keys.on("fail_on", [&](const Value& v) { read_patterns(reader, v, retry.fail_on); });
    keys.on("on_exhausted", [&](const Value& v) {
        if (const auto what = reader.choice(v, kOnExhausted))
            retry.on_exhausted = static_cast<OnExhausted>(*what);
    });
    reader.read_mapping(value, keys);
}

}  // namespace jobhost::config
