#include "storage/model/cron_grammars.hpp"
#include "storage/model/cron_shape.hpp"

#include <array>

namespace jobhost {
namespace {

using Kind = Shape::Kind;

// A noun and those of its cases that sentences here need.
struct Noun {
    std::string_view name;  // cuma
    std::string_view from;  // cumadan
    std::string_view to;    // cumaya
    std::string_view its;   // (ayın ilk) cumasına
};
constexpr std::array<Noun, 7> kWeekdays{{
    {"pazar", "pazardan", "pazara", "pazarına"},
    {"pazartesi", "pazartesiden", "pazartesiye", "pazartesisine"},
    {"salı", "salıdan", "salıya", "salısına"},
    {"çarşamba", "çarşambadan", "çarşambaya", "çarşambasına"},
    {"perşembe", "perşembeden", "perşembeye", "perşembesine"},
    {"cuma", "cumadan", "cumaya", "cumasına"},
    {"cumartesi", "cumartesiden", "cumartesiye", "cumartesisine"},
}};
struct Month {
    std::string_view name;
    std::string_view capital;  // in a date
    std::string_view from;
    std::string_view to;
};
constexpr std::array<Month, 13> kMonths{{
    {"", "", "", ""},
    {"ocak", "Ocak", "ocaktan", "ocağa"},
    {"şubat", "Şubat", "şubattan", "şubata"},
    {"mart", "Mart", "marttan", "marta"},
    {"nisan", "Nisan", "nisandan", "nisana"},
    {"mayıs", "Mayıs", "mayıstan", "mayısa"},
    {"haziran", "Haziran", "hazirandan", "hazirana"},
    {"temmuz", "Temmuz", "temmuzdan", "temmuza"},
    {"ağustos", "Ağustos", "ağustostan", "ağustosa"},
    {"eylül", "Eylül", "eylülden", "eylüle"},
    {"ekim", "Ekim", "ekimden", "ekime"},
    {"kasım", "Kasım", "kasımdan", "kasıma"},
    {"aralık", "Aralık", "aralıktan", "aralığa"},
}};
constexpr std::array<const char*, 6> kNth{"", "ilk", "ikinci", "üçüncü", "dördüncü", "beşinci"};
constexpr std::uint8_t kMondayToFriday = 0b0111110;
constexpr std::uint8_t kWeekend = 0b1000001;

const Noun& weekday(int day) {
    return kWeekdays[static_cast<std::size_t>(day)];
}
const Month& month(int number) {
    return kMonths[static_cast<std::size_t>(number)];
}

template <class Spell>
std::string list_of(const std::vector<int>& values, Spell spell, std::string_view last_joint = "ve") {
    std::vector<std::string> words;
    for (const int value : values)
        words.emplace_back(spell(value));
    return joined(words, last_joint);
}

std::string number(int n) {
    return std::to_string(n);
}
std::string ordinal(int n) {
    return std::to_string(n) + ".";
}

// ---- the time of day ----

// Seconds of a minute, or minutes of an hour; in the cases that follow a number.
struct Unit {
    std::string_view name;     // dakika
    std::string_view every;    // dakikada
    std::string_view at;       // dakikasında
    std::string_view at_many;  // dakikalarında
    std::string_view from;     // dakikasından
    std::string_view between;  // dakikaları
    std::string_view of;       // saatin
};
constexpr Unit kSecond{"saniye",       "saniyede",   "saniyesinde", "saniyelerinde",
                       "saniyesinden", "saniyeleri", "dakikanın"};
constexpr Unit kMinute{"dakika",       "dakikada",   "dakikasında", "dakikalarında",
                       "dakikasından", "dakikaları", "saatin"};

// "her dakika", "15 dakikada bir", "her saatin 5. ve 20. dakikalarında"; `which` may be "o ", that one.
std::string unit_text(const Shape& shape, const Unit& unit, const char* which = "her ") {
    const std::string of = which + std::string(unit.of) + " ";
    switch (shape.kind) {
        case Kind::all:
            return "her " + std::string(unit.name);
        case Kind::one:
            return of + ordinal(shape.first()) + " " + std::string(unit.at);
        case Kind::steps: {
            const std::string rhythm = number(shape.step) + " " + std::string(unit.every) + " bir";
            if (shape.is_even && shape.first() == 0) return rhythm;
            return of + ordinal(shape.first()) + " " + std::string(unit.from) + " başlayarak " + rhythm;
        }
        case Kind::range:
            return of + ordinal(shape.runs[0].first) + " ile " + ordinal(shape.runs[0].last) + " " +
                   std::string(unit.between) + " arasında her " + std::string(unit.name);
        case Kind::list:
            break;
    }
    return of + list_of(shape.values, ordinal) + " " + std::string(unit.at_many);
}

// "09:00 ile 17:59 arasında ", in front of what happens then.
std::string in_hours(const Shape& hours) {
    if (hours.is(Kind::all)) return "";
    if (hours.is(Kind::steps))
        return "saat " + clock_text(hours.first(), 0) + " ile başlayan her " + ordinal(hours.step) +
               " saat içinde ";
    if (hours.runs.size() == 1)
        return clock_text(hours.runs[0].first, 0) + " ile " + clock_text(hours.runs[0].last, 59) +
               " arasında ";
    std::vector<std::string> spans;
    for (const Run& run : hours.runs)
        spans.push_back(clock_text(run.first, 0) + "–" + clock_text(run.last, 59));
    return joined(spans, "ve") + " saatleri arasında ";
}

// At one minute of several hours.
std::string hourly(int minute, const Shape& hours) {
    if (hours.is(Kind::all))
        return minute == 0 ? "her saat başı" : "her saatin " + ordinal(minute) + " dakikasında";
    if (hours.is(Kind::range))
        return clock_text(hours.runs[0].first, minute) + " ile " + clock_text(hours.runs[0].last, minute) +
               " arasında saatte bir";
    if (hours.is(Kind::steps) && hours.is_even) {
        const std::string rhythm = number(hours.step) + " saatte bir";
        if (hours.first() == 0 && minute == 0) return rhythm;
        return "saat " + clock_text(hours.first(), minute) + " ile başlayarak " + rhythm;
    }
    return "saat " + list_of(hours.values, [minute](int hour) { return clock_text(hour, minute); });
}

std::string minutes_and_hours(const Shape& minutes, const Shape& hours) {
    if (minutes.is(Kind::one)) return hourly(minutes.first(), hours);
    return in_hours(hours) + unit_text(minutes, kMinute);
}

std::string time_text(const Shapes& shapes) {
    const auto times = listed_times(shapes);
    if (!times.empty()) return joined(times, "ve");
    const Shape& seconds = shapes.seconds;
    if (seconds.is(Kind::one) && seconds.first() == 0) return minutes_and_hours(shapes.minutes, shapes.hours);
    const std::string text = unit_text(seconds, kSecond);
    if (shapes.minutes.is(Kind::all)) return in_hours(shapes.hours) + text;
    if (shapes.minutes.is(Kind::one) && shapes.hours.is(Kind::one))
        return clock_text(shapes.hours.first(), shapes.minutes.first()) + " dakikası içinde " + text;
    const bool is_rhythm = seconds.is(Kind::all) || (seconds.is_even && seconds.first() == 0);
    return minutes_and_hours(shapes.minutes, shapes.hours) + ", " +
           (is_rhythm ? "o dakika boyunca " + text : unit_text(seconds, kSecond, "o "));
}

// ---- the day ----

std::string month_names(const Shape& months) {
    return list_of(months.values, [](int n) { return month(n).name; });
}

std::string month_range(const Shape& months) {
    return std::string(month(months.runs[0].first).from) + " " + std::string(month(months.runs[0].last).to) +
           " kadar";
}

// "her ayın", "ocak ve temmuz aylarının": whose days they are.
std::string of_months(const Shape& months) {
    if (months.is(Kind::all)) return "her ayın";
    if (months.is(Kind::range)) return month_range(months) + " her ayın";
    return month_names(months) + (months.is(Kind::one) ? " ayının" : " aylarının");
}

// "ocak ayında ", in front of days of the week.
std::string in_months(const Shape& months) {
    if (months.is(Kind::all)) return "";
    if (months.is(Kind::range)) return month_range(months) + " ";
    return month_names(months) + (months.is(Kind::one) ? " ayında " : " aylarında ");
}

std::string days_of_month(const CronPattern& pattern, const Shapes& shapes) {
    const std::string of = of_months(shapes.months) + " ";
    if (pattern.day_rule == CronPattern::DayRule::last) {
        const int before = pattern.days_before_last;
        const std::string day = of + "son gününden " + number(before) + " gün ";
        if (pattern.is_nearest_weekday)
            return before == 0 ? of + "son hafta içi günü" : day + "öncesine en yakın hafta içi günü";
        return before == 0 ? of + "son günü" : day + "önce";
    }
    const Shape& days = shapes.days;
    if (pattern.is_nearest_weekday) return of + ordinal(days.first()) + " gününe en yakın hafta içi günü";
    if (days.is(Kind::one) && shapes.months.is(Kind::one))
        return "her yıl " + number(days.first()) + " " + std::string(month(shapes.months.first()).capital) +
               " günü";
    if (days.is(Kind::steps))
        return of + ordinal(days.first()) + " gününden başlayarak " + number(days.step) + " günde bir";
    if (days.is(Kind::range))
        return of + ordinal(days.runs[0].first) + " gününden " + ordinal(days.runs[0].last) +
               " gününe kadar her gün";
    return of + list_of(days.values, ordinal) + (days.is(Kind::one) ? " günü" : " günleri");
}

std::string on_weekdays(const CronPattern& pattern, const Shapes& shapes) {
    const Shape& days = shapes.weekdays;
    const std::string name{weekday(days.first()).name};
    if (pattern.weekday_rule == CronPattern::WeekdayRule::nth)
        return of_months(shapes.months) + " " + kNth[pattern.nth] + " " + name + " günü";
    if (pattern.weekday_rule == CronPattern::WeekdayRule::last)
        return of_months(shapes.months) + " son " + name + " günü";
    const std::string in = in_months(shapes.months);
    if (pattern.weekdays == kMondayToFriday) return in + "hafta içi her gün";
    if (pattern.weekdays == kWeekend) return in + "hafta sonu her gün";
    if (days.is(Kind::range))
        return in + std::string(weekday(days.runs[0].first).from) + " " +
               std::string(weekday(days.runs[0].last).to) + " kadar her gün";
    return in + "her " + list_of(days.values, [](int day) { return weekday(day).name; });
}

// "cumaya denk gelirse", where the day of the month is restricted, too.
std::string if_weekday(const CronPattern& pattern, const Shape& days) {
    const auto falls_on = [](const std::string& day) { return ", " + day + " denk gelirse,"; };
    if (pattern.weekday_rule == CronPattern::WeekdayRule::nth)
        return falls_on("ayın " + std::string(kNth[pattern.nth]) + " " +
                        std::string(weekday(days.first()).its));
    if (pattern.weekday_rule == CronPattern::WeekdayRule::last)
        return falls_on("ayın son " + std::string(weekday(days.first()).its));
    if (pattern.weekdays == kMondayToFriday) return falls_on("hafta içine");
    if (pattern.weekdays == kWeekend) return falls_on("hafta sonuna");
    const int last = days.values.back();
    return falls_on(list_of(
        days.values, [last](int day) { return day == last ? weekday(day).to : weekday(day).name; }, "veya"));
}

// Sentences begin with a digit, or with a word of these tables.
void capitalize(std::string& text) {
    constexpr std::array<std::array<std::string_view, 2>, 2> kLetters{{{"ş", "Ş"}, {"ç", "Ç"}}};
    for (const auto& [small, capital] : kLetters)
        if (text.starts_with(small)) text.replace(0, small.size(), capital);
    if (text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
}

}  // namespace

std::string explain_in_turkish(const CronPattern& pattern) {
    const Shapes shapes(pattern);
    const bool names_days = pattern.day_rule != CronPattern::DayRule::listed || pattern.is_nearest_weekday ||
                            !shapes.days.is(Kind::all);
    const bool names_weekdays =
        pattern.weekday_rule != CronPattern::WeekdayRule::listed || !shapes.weekdays.is(Kind::all);
    const bool is_moment = !listed_times(shapes).empty();
    std::string day;
    if (names_days)
        day = days_of_month(pattern, shapes) + (names_weekdays ? if_weekday(pattern, shapes.weekdays) : "") +
              " ";
    else if (names_weekdays)
        day = on_weekdays(pattern, shapes) + " ";
    else
        day = in_months(shapes.months) + (is_moment ? "her gün " : "");
    std::string text = day + time_text(shapes);
    capitalize(text);
    return text;
}

}  // namespace jobhost
