// A strict reader of JSON (RFC 8259), for tests of jobs: a plugin asks its host instead.
#pragma once

#include <jobhost/detail/testing/json.hpp>
#include <jobhost/json_text.hpp>

#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <locale>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace jobhost::detail {

enum class RepeatedNames { last_counts, refused };

class JsonReader {
public:
    // The one value that `text` is. Throws std::invalid_argument, which tells the place.
    static Json read(std::string_view text, RepeatedNames repeated = RepeatedNames::last_counts) {
        JsonReader reader(text, repeated);
        Json value = reader.read_value();
        reader.skip_space();
        if (reader.at_ < text.size()) reader.fail("nothing may follow the value");
        return value;
    }

private:
    static constexpr std::size_t kMostLevels = 100;

    JsonReader(std::string_view text, RepeatedNames repeated) : text_(text), repeated_(repeated) {}

    [[noreturn]] void fail(const char* why) const {
        throw std::invalid_argument("not JSON at byte " + std::to_string(at_ + 1) + ": " + why);
    }
    // NUL at the end; it has no meaning anywhere in JSON.
    char next() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }
    bool skip(char c) noexcept {
        if (next() != c) return false;
        ++at_;
        return true;
    }
    void expect(char c, const char* otherwise) {
        if (!skip(c)) fail(otherwise);
    }
    void skip_space() noexcept {
        while (next() == ' ' || next() == '\t' || next() == '\n' || next() == '\r')
            ++at_;
    }
    static bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

    // With the space before it.
    Json read_value() {
        skip_space();
        const std::size_t begin = at_;
        Json read;
        switch (next()) {
            case '{':
                read.value = read_object();
                break;
            case '[':
                read.value = read_list();
                break;
            case '"':
                read.value = read_text();
                break;
            case 't':
                read.value = read_word("true", true);
                break;
            case 'f':
                read.value = read_word("false", false);
                break;
            case 'n':
                read.value = read_word("null", nullptr);
                break;
            default:
                read_number(read);
        }
        read.source = text_.substr(begin, at_ - begin);
        return read;
    }

    template <class T>
    T read_word(std::string_view word, T value) {
        if (!text_.substr(at_).starts_with(word)) fail("a value is expected here");
        at_ += word.size();
        return value;
    }

    // Reads what `open` begins and `close` ends, each part of it by `read_part`.
    template <class ReadPart>
    void read_parts(char close, ReadPart read_part) {
        if (++levels_ > kMostLevels) fail("it is nested too deep");
        ++at_;
        skip_space();
        if (!skip(close)) {
            do {
                read_part();
                skip_space();
            } while (skip(','));
            expect(close, close == '}' ? "a comma or } is expected here" : "a comma or ] is expected here");
        }
        --levels_;
    }
    Json::List read_list() {
        Json::List list;
        read_parts(']', [&] { list.push_back(read_value()); });
        return list;
    }
    Json::Object read_object() {
        Json::Object object;
        read_parts('}', [&] {
            skip_space();
            if (next() != '"') fail("a name in quotes is expected here");
            std::string name = read_text();
            skip_space();
            expect(':', "a colon is expected here");
            Json value = read_value();
            for (Json::Member& member : object)
                if (member.name == name) {
                    if (repeated_ == RepeatedNames::refused) fail("a name stands there twice");
                    member.value = std::move(value);
                    return;
                }
            object.push_back({std::move(name), std::move(value)});
        });
        return object;
    }

    std::string read_text() {
        std::string text;
        for (++at_; !skip('"');) {
            if (at_ == text_.size()) fail("the text has no end");
            if (static_cast<unsigned char>(next()) < 0x20) fail("a control character stands in a text");
            if (skip('\\')) {
                read_escape(text);
                continue;
            }
            const std::size_t size = utf8_sequence(text_.substr(at_));
            if (size == 0) fail("this is not UTF-8");
            text += text_.substr(at_, size);
            at_ += size;
        }
        return text;
    }

    void read_escape(std::string& text) {
        constexpr std::string_view kLetters = "\"\\/bfnrt";
        constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
        if (skip('u')) return add_utf8(text, read_code_point());
        const std::size_t which = kLetters.find(next());
        if (which == std::string_view::npos) fail("there is no such escape");
        text += kMeanings[which];
        ++at_;
    }

    std::uint32_t read_unit() {
        std::uint32_t unit = 0;
        const std::string_view digits = text_.substr(at_, 4);
        const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), unit, 16).ptr;
        if (digits.size() < 4 || end != digits.data() + 4) fail("four hexadecimal digits follow \\u");
        at_ += 4;
        return unit;
    }
    // Two units make one character beyond U+FFFF (RFC 8259, section 7).
    std::uint32_t read_code_point() {
        const std::uint32_t high = read_unit();
        if (high < 0xD800 || high > 0xDFFF) return high;
        if (high > 0xDBFF || !skip('\\') || !skip('u')) fail("half of a surrogate pair");
        const std::uint32_t low = read_unit();
        if (low < 0xDC00 || low > 0xDFFF) fail("half of a surrogate pair");
        return 0x10000 + ((high - 0xD800) << 10U) + (low - 0xDC00);
    }
    static void add_utf8(std::string& text, std::uint32_t point) {
        const auto add = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
        const auto add_rest = [&](unsigned shift) { add(0x80U | ((point >> shift) & 0x3FU)); };
        if (point < 0x80) return add(point);
        if (point < 0x800) {
            add(0xC0U | (point >> 6U));
        } else if (point < 0x10000) {
            add(0xE0U | (point >> 12U));
            add_rest(6);
        } else {
            add(0xF0U | (point >> 18U));
            add_rest(12);
            add_rest(6);
        }
        add_rest(0);
    }

    void skip_digits() {
        if (!is_digit(next())) fail("a digit is expected here");
        while (is_digit(next()))
            ++at_;
    }
    void read_number(Json& to) {
        const std::size_t begin = at_;
        bool is_whole = true;
        if (!skip('-') && !is_digit(next())) fail("a value is expected here");
        if (!skip('0')) skip_digits();
        if (skip('.')) {
            is_whole = false;
            skip_digits();
        }
        if (skip('e') || skip('E')) {
            is_whole = false;
            if (!skip('-')) skip('+');
            skip_digits();
        }
        const std::string_view digits = text_.substr(begin, at_ - begin);
        if (!is_whole || !(to_whole<std::int64_t>(digits, to) || to_whole<std::uint64_t>(digits, to)))
            to.value = to_double(digits);
    }
    template <class T>
    static bool to_whole(std::string_view digits, Json& to) {
        T number{};
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (error != std::errc() || end != digits.data() + digits.size()) return false;
        to.value = number;
        return true;
    }
    double to_double(std::string_view digits) const {
        std::istringstream stream{std::string(digits)};
        stream.imbue(std::locale::classic());  // a point is a point wherever the program runs
        double number = 0;
        if (!(stream >> number) || !std::isfinite(number)) fail("the number is too large");
        return number;
    }

    std::string_view text_;
    RepeatedNames repeated_;
    std::size_t at_ = 0;
    std::size_t levels_ = 0;
};

}  // namespace jobhost::detail
