// Every zone of this machine around every change of its clock, against a search that is slow and plain.
#include "storage/model/cron.hpp"
#include "storage/model/time_text.hpp"
#include "tests/storage/model/slow_cron.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <set>

namespace jobhost {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kHour = 3600;
constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kYear = 31'556'952;
constexpr std::int64_t kYear2000 = 946'684'800;
constexpr std::int64_t kYear2061 = 2'871'763'200;
constexpr std::int64_t kYear2499 = 16'693'603'200;

bool is_long() {
    return std::getenv("JOBHOST_TEST_LONG") != nullptr;
}

// One name for each file of the database; others are links or copies.
std::vector<std::string> zones() {
    const fs::path folder = "/usr/share/zoneinfo";
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file()) names.push_back(fs::relative(entry.path(), folder));
    std::sort(names.begin(), names.end());
    std::set<std::string> seen;
    std::erase_if(names, [&](const std::string& name) {
        if (name.starts_with("right/") || name.starts_with("posix/") || name.starts_with("localtime") ||
            name.starts_with("posixrules"))
            return true;
        std::ifstream file(folder / name, std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(file), {}};
        return !bytes.starts_with("TZif") || !seen.insert(bytes).second;
    });
    return names;
}

// The instants at which the zone in use changes its offset.
std::vector<std::int64_t> changes(std::int64_t begin, std::int64_t end) {
    const auto offset = [](std::int64_t at) { return slow_cron::wall_at(at) - at; };
    std::vector<std::int64_t> found;
    for (std::int64_t low = begin; low < end; low += kDay) {
        if (offset(low) == offset(low + kDay)) continue;
        std::int64_t before = low;
        std::int64_t after = low + kDay;
        while (after - before > 1) {
            const std::int64_t middle = before + (after - before) / 2;
            (offset(middle) == offset(low) ? before : after) = middle;
        }
        found.push_back(after);
    }
    return found;
}

TimePoint instant(std::int64_t seconds) {
    return TimePoint{std::chrono::seconds{seconds}};
}

std::string text(std::optional<TimePoint> instant) {
    return instant ? to_text(*instant).substr(0, 19) : "none";
}

// Each takes its share of the zones, so that the long form keeps its deadline, too.
constexpr std::size_t kShares = 16;

class CronInEveryZone : public testing::TestWithParam<std::size_t> {
protected:
    ~CronInEveryZone() override {
        if (before_.empty())
            unsetenv("TZ");
        else
            setenv("TZ", before_.c_str(), 1);
        tzset();
    }

    static std::vector<std::string> share() {
        const auto all = zones();
        EXPECT_GT(all.size(), 200U);
        std::vector<std::string> some;
        for (std::size_t i = GetParam(); i < all.size(); i += kShares)
            some.push_back(all[i]);
        return some;
    }

    std::int64_t below(std::int64_t n) {
        return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(n));
    }
    const std::string& one_of(const std::vector<std::string>& words) {
        return words[static_cast<std::size_t>(below(static_cast<std::int64_t>(words.size())))];
    }

    std::string any_expression() {
        return one_of({"0", "30", "59", "*", "*/7", "15/20", "5-50/15", "50-10/10", "1,31", "?"}) + " " +
               one_of({"0", "1", "2", "3", "23", "*", "*/2", "0-3", "22-2", "1,2", "0,12", "?"}) + " " +
               one_of({"*", "*", "*", "?", "L", "LW", "L-1", "1W", "15W", "*/2", "1-15", "25-5"}) + " " +
               one_of({"*", "*", "*", "3,4", "MAR-NOV", "OCT-APR"}) + " " +
               one_of({"*", "*", "*", "SUN", "FRI-MON", "SAT-TUE/2", "SUNL", "0#1", "7#2", "5-7", "*/2"});
    }

    // Walks over all that is due between begin and end, and asks at random instants, too.
    void compare(const std::string& zone, const std::string& expression, std::int64_t begin, std::int64_t end,
                 std::int64_t step) {
        const std::int64_t warm_up =
            step == kMinute ? kDay + kDay / 2 : kHour * 3;  // longer than any repetition
        const slow_cron::Clock clock(begin - warm_up, end, step);
        compare(zone, expression, begin, end, clock);
    }
    void compare(const std::string& zone, const std::string& expression, std::int64_t begin, std::int64_t end,
                 const slow_cron::Clock& clock) {
        slow_cron::Expression slow(expression);
        auto expected = slow_cron::due(slow, clock);
        std::erase_if(expected, [&](std::int64_t at) { return at < begin; });
        const auto parsed = Cron::parse(expression, zone);
        ASSERT_TRUE(std::holds_alternative<Cron>(parsed)) << expression;
        const Cron& cron = std::get<Cron>(parsed);
        for (const std::int64_t at : expected)
            for (const std::int64_t near : {at - 1, at})
                compare_at(cron, slow, expected, std::max(near, begin), begin, end);
        for (int i = 0; i < 20; ++i)
            compare_at(cron, slow, expected, begin + below(end - begin), begin, end);
        checks_ += expected.size();
    }

    // What comes before `begin` and after `end` is not known; only that it lies there.
    static void compare_at(const Cron& cron, slow_cron::Expression& slow,
                           const std::vector<std::int64_t>& expected, std::int64_t at, std::int64_t begin,
                           std::int64_t end) {
        const auto above = std::upper_bound(expected.begin(), expected.end(), at);
        const auto from = std::lower_bound(expected.begin(), expected.end(), at);
        const bool is_swallowed =
            from != above && !slow.matches(slow_cron::wall_at(at));  // by a gap that ends here
        const auto next_is = [&](auto due) {
            return [&, due](std::optional<TimePoint> found) {
                return due != expected.end() ? found == instant(*due) : !found || *found > instant(end);
            };
        };
        const auto previous_is = [&](auto behind) {
            return [&, behind](std::optional<TimePoint> found) {
                return behind != expected.begin() ? found == instant(*(behind - 1))
                                                  : !found || *found < instant(begin);
            };
        };
        const auto check = [&](const char* what, auto is_right, std::optional<TimePoint> found) {
            if (!is_right(found))
                ADD_FAILURE() << cron.time_zone() << " '" << cron.expression() << "': " << what << ' '
                              << text(instant(at)) << " is " << text(found);
        };
        using enum Bound;
        check("next after", next_is(above), cron.next(instant(at)));
        check("next from", next_is(is_swallowed ? above : from), cron.next(instant(at), inclusive));
        check("previous before", previous_is(from), cron.previous(instant(at)));
        check("previous until", previous_is(above), cron.previous(instant(at), inclusive));
    }

    void compare_around(const std::string& zone, std::int64_t change) {
        constexpr std::int64_t kAround = 3 * kDay;
        const std::int64_t middle = change / kMinute * kMinute;
        const slow_cron::Clock minutes(middle - kAround - kDay - kDay / 2, middle + kAround, kMinute);
        for (int i = 0; i < 8 && !HasFailure(); ++i)
            compare(zone, any_expression(), middle - kAround, middle + kAround, minutes);
        for (const char* expression : {"30 2 * * *", "0 0 * * *", "*/30 * * * *", "15 0-3 * * *"})
            compare(zone, expression, middle - kAround, middle + kAround, minutes);
        for (const char* expression : {"*/20 59 * * * *", "30 15,45 0-3 * * *", "1 0 0 * * *"})
            compare(zone, expression, change - kHour, change + kHour, 1);
    }

    std::mt19937_64 random_{20260101 + GetParam()};
    std::size_t checks_ = 0;

private:
    std::string before_ = std::getenv("TZ") ? std::getenv("TZ") : "";
};

TEST_P(CronInEveryZone, AgreesWithTheSlowSearchAroundChangesOfTheClock) {
    std::size_t windows = 0;
    for (const std::string& zone : share()) {
        slow_cron::use_zone(zone);
        auto some = changes(kYear2000, kYear2061);
        const std::int64_t far = kYear2061 + below(kYear2499 - kYear2061);
        if (!is_long()) {
            std::shuffle(some.begin(), some.end(), random_);
            some.resize(std::min<std::size_t>(some.size(), 2));
        }
        for (const std::int64_t change : changes(far, far + kYear))
            if (is_long() || below(3) == 0) some.push_back(change);
        for (const std::int64_t change : some)
            compare_around(zone, change);
        windows += some.size();
        if (HasFailure()) break;
    }
    std::cout << windows << " changes of the clock, " << checks_ << " due instants\n";
}

TEST_P(CronInEveryZone, AgreesWithTheSlowSearchAtAnyTime) {
    for (const std::string& zone : share()) {
        slow_cron::use_zone(zone);
        for (int i = 0; i < (is_long() ? 40 : 2); ++i) {
            const std::int64_t begin = (kYear2000 + below(kYear2499 - kYear2000)) / kMinute * kMinute;
            compare(zone, any_expression(), begin, begin + 20 * kDay, kMinute);
        }
        if (HasFailure()) break;
    }
}

INSTANTIATE_TEST_SUITE_P(Share, CronInEveryZone, testing::Range(std::size_t{0}, kShares));

}  // namespace
}  // namespace jobhost
