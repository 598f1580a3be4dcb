// Reads the text of one field from left to right, and keeps the first problem. Private to storage/model.
#pragma once

#include "storage/model/cron_field.hpp"

#include <algorithm>
#include <cctype>

namespace jobhost {

class CronCursor {
public:
    CronCursor(std::string_view text, const CronField& field) : whole_(text), rest_(text), field_(field) {}

    bool is_at_end() const { return rest_.empty(); }
    bool is_at(char c) const { return !rest_.empty() && rest_.front() == c; }
    bool is_at_digit() const { return !rest_.empty() && is_digit(rest_.front()); }
    std::size_t offset() const { return whole_.size() - rest_.size(); }

    bool take(char expected) {
        if (!is_at(expected)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    // A letter, large or small.
    bool take_letter(char capital) {
        if (rest_.empty() || upper(rest_.front()) != capital) return false;
        rest_.remove_prefix(1);
        return true;
    }

    // A value of the field, as a number or a name; nothing after a problem.
    std::optional<int> value() {
        if (is_at_digit()) return number(field_.first, field_.last, "", field_.examples);
        if (const auto named = name()) return named;
        refuse_all();
        return std::nullopt;
    }

    // A number of one or two digits. `what` stands behind the field's name: " step"; `examples` say what may
    // be written.
    std::optional<int> number(int least, int most, const std::string& what,
                              std::string_view examples = "a number of that range") {
        const std::size_t start = offset();
        const auto size = static_cast<std::size_t>(std::ranges::find_if_not(rest_, is_digit) - rest_.begin());
        const std::string_view digits = rest_.substr(0, size);
        rest_.remove_prefix(size);
        if (size == 0) refuse(" has no number" + what, start, "write " + std::string(examples));
        int value = 0;
        for (const char digit : digits.substr(0, 3))
            value = value * 10 + (digit - '0');
        if (size >= 1 && size <= 2 && value >= least && value <= most) return value;
        const std::string range = std::to_string(least) + " to " + std::to_string(most);
        refuse(what + " must be " + range + ", is " + shown(digits), start, "write " + std::string(examples));
        return std::nullopt;
    }

    void refuse(const std::string& problem, std::size_t at, std::string remedy) {
        if (!problem_) problem_ = {std::string(field_.name) + problem, at, std::move(remedy)};
    }
    // Something here is not understood.
    void refuse_all() {
        refuse(" cannot be '" + shown(whole_) + "'", offset(), "write " + std::string(field_.examples));
    }
    const std::optional<CronProblem>& problem() const { return problem_; }

private:
    static bool is_digit(char c) { return c >= '0' && c <= '9'; }
    static char upper(char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); }

    static std::string shown(std::string_view text) {
        constexpr std::size_t kLongest = 30;
        return text.size() <= kLongest ? std::string(text) : std::string(text.substr(0, kLongest)) + "...";
    }

    std::optional<int> name() {
        std::string word(rest_.substr(0, 3));
        std::ranges::transform(word, word.begin(), upper);
        const auto found = std::ranges::find(field_.names, word);
        if (found == field_.names.end()) return std::nullopt;
        rest_.remove_prefix(3);
        return field_.first + static_cast<int>(found - field_.names.begin());
    }

    std::string_view whole_;
    std::string_view rest_;
    const CronField& field_;
    std::optional<CronProblem> problem_;
};

}  // namespace jobhost
