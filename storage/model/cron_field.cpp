#include "storage/model/cron_field.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

namespace jobhost {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

class FieldParser {
public:
    FieldParser(std::string_view text, const CronField& field) : whole_(text), rest_(text), field_(field) {}

    std::variant<CronBits, std::string> parse() {
        if (rest_.empty()) refuse("is empty");
        if (take('*') || take('?')) {
            parse_all();
        } else {
            do
                parse_item();
            while (problem_.empty() && take(','));
        }
        if (!rest_.empty()) refuse("cannot be '" + shown(whole_) + "'");
        if (!problem_.empty()) return std::string(field_.name) + " " + problem_;
        return bits_;
    }

private:
    void refuse(std::string problem) {
        if (problem_.empty()) problem_ = std::move(problem);
    }

    static std::string shown(std::string_view text) {
        constexpr std::size_t kLongest = 30;
        return text.size() <= kLongest ? std::string(text) : std::string(text.substr(0, kLongest)) + "...";
    }

    bool take(char expected) {
        if (rest_.empty() || rest_.front() != expected) return false;
        rest_.remove_prefix(1);
        return true;
    }

    void parse_all() {
        bits_.is_interval = true;
        const int step = take('/') ? parse_step() : 1;
        if (!problem_.empty()) return;
        if (!rest_.empty() && rest_.front() == ',') refuse("cannot have * in a list");
        add(field_.first, field_.last, step);
    }

    // "5", "5/10", "5-20" or "5-20/3"
    void parse_item() {
        const std::optional<int> low = parse_value();
        if (!low) return;
        std::optional<int> high = low;
        if (take('-')) {
            bits_.is_interval = true;
            high = parse_value();
            if (!high) return;
        } else if (!rest_.empty() && rest_.front() == '/') {
            high = field_.last;
        }
        int step = 1;
        if (take('/')) {
            bits_.is_interval = true;
            step = parse_step();
        }
        if (problem_.empty()) add(*low, *high, step);
    }

    std::optional<int> parse_value() {
        if (!rest_.empty() && is_digit(rest_.front())) {
            const int value = parse_number();
            if (value >= field_.first && value <= field_.last) return value;
            refuse("must be " + range() + ", is " + shown(number_));
            return std::nullopt;
        }
        if (const auto value = parse_name()) return value;
        refuse(rest_.starts_with('*') ? "cannot have * in a list" : "cannot be '" + shown(whole_) + "'");
        return std::nullopt;
    }

    std::optional<int> parse_name() {
        std::string word(rest_.substr(0, 3));
        std::ranges::transform(word, word.begin(),
                               [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
        const auto found = std::ranges::find(field_.names, word);
        if (found == field_.names.end()) return std::nullopt;
        rest_.remove_prefix(3);
        return field_.first + static_cast<int>(found - field_.names.begin());
    }

    // Leaves the digits in number_; a number too long for any field counts as 1000.
    int parse_number() {
        const auto size = static_cast<std::size_t>(std::ranges::find_if_not(rest_, is_digit) - rest_.begin());
        number_ = rest_.substr(0, size);
        rest_.remove_prefix(size);
        if (size > 2) return 1000;
        int value = 0;
        for (const char digit : number_)
            value = value * 10 + (digit - '0');
        return value;
    }

    int parse_step() {
        if (rest_.empty() || !is_digit(rest_.front())) {
            refuse("has no number after '/'");
            return 1;
        }
        const int step = parse_number();
        if (step >= 1 && step <= field_.last) return step;
        refuse("step must be 1 to " + std::to_string(field_.last) + ", is " + shown(number_));
        return 1;
    }

    std::string range() const { return std::to_string(field_.first) + " to " + std::to_string(field_.last); }

    // A range that ends before it starts goes on at the field's first value, in step, with Sunday counted
    // once.
    void add(int low, int high, int step) {
        const bool has_two_sundays = field_.first == 0 && field_.last == 7;
        if (high < low && has_two_sundays && low == 7) low = 0;
        const int span = field_.last - field_.first + (has_two_sundays ? 0 : 1);
        const int length = high < low ? high - low + span : high - low;
        for (int i = 0; i <= length; i += step) {
            const int value = field_.first + (low - field_.first + i) % span;
            bits_.values |= std::uint64_t{1} << value;
        }
    }

    std::string_view whole_;
    std::string_view rest_;
    std::string_view number_;
    const CronField& field_;
    CronBits bits_;
    std::string problem_;
};

}  // namespace

std::variant<CronBits, std::string> parse_cron_field(std::string_view text, const CronField& field) {
    return FieldParser(text, field).parse();
}

}  // namespace jobhost
