#include "storage/model/cron_field.hpp"

#include "storage/model/cron_cursor.hpp"

namespace jobhost {
namespace {

// FNV-1a, stirred once more so that names which are alike lie far apart. Never to be changed: running
// definitions would move.
std::uint64_t hash_of(std::string_view name, std::string_view field) {
    std::uint64_t hash = 0xcbf29ce484222325;
    const auto add = [&hash](std::string_view text) {
        for (const char c : text)
            hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    };
    add(name);
    add("\n");
    add(field);
    hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9;
    hash = (hash ^ hash >> 27) * 0x94d049bb133111eb;
    return hash ^ hash >> 31;
}

class FieldParser {
public:
    FieldParser(std::string_view text, const CronField& field, std::string_view spread_by)
        : cursor_(text, field), field_(field), spread_by_(spread_by) {}

    std::variant<CronBits, CronProblem> parse() {
        if (cursor_.take('*') || cursor_.take('?')) {
            parse_all();
        } else if (cursor_.take('H')) {
            parse_spread();
        } else {
            do
                parse_item();
            while (!cursor_.problem() && cursor_.take(','));
        }
        if (!cursor_.is_at_end()) cursor_.refuse_all();
        if (cursor_.problem()) return *cursor_.problem();
        return bits_;
    }

private:
    void parse_all() {
        bits_.is_interval = true;
        const int step = cursor_.take('/') ? parse_step() : 1;
        if (cursor_.is_at(',')) refuse_star();
        if (!cursor_.problem()) add(field_.first, field_.last, step);
    }

    void refuse_star() {
        cursor_.refuse(" cannot have * in a list", cursor_.offset(), "leave out one of the two");
    }

    // "H", "H/15", "H(0-29)", "H(8-17)/3", behind the H
    void parse_spread() {
        int low = field_.first;
        int high = field_.last_spread;
        if (cursor_.take('(')) {
            const std::size_t start = cursor_.offset();
            low = cursor_.value().value_or(low);
            if (!cursor_.take('-')) cursor_.refuse_all();
            high = cursor_.value().value_or(high);
            if (!cursor_.take(')')) cursor_.refuse_all();
            if (high < low)
                cursor_.refuse(" cannot be spread over a range that wraps", start,
                               "write the smaller number first");
        }
        int step = 0;
        if (cursor_.take('/')) {
            bits_.is_interval = true;
            step = parse_step();
        }
        if (cursor_.is_at(','))
            cursor_.refuse(" cannot have H in a list", cursor_.offset(), "leave out one of the two");
        if (spread_by_.empty())
            cursor_.refuse(" is H, which follows from the name of a definition, and there is none", 0,
                           "name one, or write a number");
        if (cursor_.problem()) return;
        const int choices = step == 0 ? high - low + 1 : std::min(step, high - low + 1);
        const int chosen =
            low + static_cast<int>(hash_of(spread_by_, field_.name) % static_cast<unsigned>(choices));
        add(chosen, step == 0 ? chosen : high, std::max(step, 1));
    }

    // "5", "5/10", "5-20" or "5-20/3"
    void parse_item() {
        if (cursor_.is_at('*') || cursor_.is_at('?')) return refuse_star();
        const std::optional<int> low = cursor_.value();
        if (!low) return;
        std::optional<int> high = low;
        if (cursor_.take('-')) {
            bits_.is_interval = true;
            high = cursor_.value();
            if (!high) return;
        } else if (cursor_.is_at('/')) {
            high = field_.last;
        }
        int step = 1;
        if (cursor_.take('/')) {
            bits_.is_interval = true;
            step = parse_step();
        }
        if (!cursor_.problem()) add(*low, *high, step);
    }

    int parse_step() {
        if (cursor_.is_at_digit()) return cursor_.number(1, field_.last, " step").value_or(1);
        cursor_.refuse(" has no number after '/'", cursor_.offset(), "write how far apart: */5");
        return 1;
    }

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

    CronCursor cursor_;
    const CronField& field_;
    std::string_view spread_by_;
    CronBits bits_;
};

constexpr std::string_view kSpecialDaysStandAlone =
    "L, W and # stand alone: make a second definition for the other days";

std::optional<CronProblem> ended(CronCursor& cursor) {
    if (cursor.is_at(',') || cursor.is_at('-') || cursor.is_at('/'))
        cursor.refuse(" cannot go on behind L, W or #", cursor.offset(), std::string(kSpecialDaysStandAlone));
    if (!cursor.is_at_end()) cursor.refuse_all();
    return cursor.problem() ? cursor.problem() : CronProblem{};
}

}  // namespace

std::variant<CronBits, CronProblem> parse_cron_field(std::string_view text, const CronField& field,
                                                     std::string_view spread_by) {
    return FieldParser(text, field, spread_by).parse();
}

std::optional<CronProblem> parse_special_day(std::string_view text, const CronField& field,
                                             CronPattern& pattern) {
    CronCursor cursor(text, field);
    if (cursor.take_letter('L')) {
        pattern.day_rule = CronPattern::DayRule::last;
        if (cursor.take('-'))
            pattern.days_before_last =
                static_cast<std::uint8_t>(cursor.number(0, field.last - 1, " behind 'L-'").value_or(0));
        pattern.is_nearest_weekday = cursor.take_letter('W');
        return ended(cursor);
    }
    if (!cursor.is_at_digit()) return std::nullopt;
    const std::optional<int> day = cursor.value();
    if (!day || !cursor.take_letter('W')) return std::nullopt;
    pattern.days = std::uint32_t{1} << *day;
    pattern.is_nearest_weekday = true;
    return ended(cursor);
}

std::optional<CronProblem> parse_special_weekday(std::string_view text, const CronField& field,
                                                 CronPattern& pattern) {
    CronCursor cursor(text, field);
    const std::optional<int> weekday = cursor.value();
    if (!weekday) return std::nullopt;
    if (cursor.take_letter('L')) {
        pattern.weekday_rule = CronPattern::WeekdayRule::last;
    } else if (cursor.take('#')) {
        pattern.weekday_rule = CronPattern::WeekdayRule::nth;
        pattern.nth = static_cast<std::uint8_t>(cursor.number(1, 5, " behind '#'").value_or(1));
    } else {
        return std::nullopt;
    }
    pattern.weekdays = static_cast<std::uint8_t>(1U << *weekday % 7);
    return ended(cursor);
}

}  // namespace jobhost
