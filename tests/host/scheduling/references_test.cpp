#include "host/scheduling/references.hpp"

#include "storage/model/time_text.hpp"

#include <gtest/gtest.h>

namespace jobhost::host {
namespace {

namespace json = boost::json;

class References : public testing::Test {
protected:
    json::value item = json::parse(R"({"email":"a@b.c","age":7,"odd":"$","evil":"${date} ${parent.result}",
                                       "home":{"city":"Izmir"},"tags":["x",{"y":"${date}"}]})");
    KnownValues values{parse_instant("2026-11-30T23:30:00Z").value(), "Europe/Istanbul", &item};

    std::string filled(const std::string& arguments) { return filled_in(arguments, values).arguments; }
    // Why it is refused.
    template <class Fill>
    static std::string why(const Fill& fill) {
        try {
            fill();
        } catch (const UnresolvedReference& error) {
            return error.what();
        }
        return "";
    }
    std::string refusal(const std::string& arguments) {
        return why([&] { filled(arguments); });
    }
};

TEST_F(References, ArgumentsWithoutThemStayLetterByLetter) {
    EXPECT_EQ(filled(R"({"a": 1.0, "b":"$ {}"})"), R"({"a": 1.0, "b":"$ {}"})");
}

TEST_F(References, InATextTheyBecomeText) {
    EXPECT_EQ(filled(R"({"to":"b/${date}.db","n":"is ${item.age}: ${item.tags}"})"),
              R"({"to":"b/2026-12-01.db","n":"is 7: [\"x\",{\"y\":\"${date}\"}]"})");
    EXPECT_EQ(filled(R"(["${scheduled_at}"])"), R"(["2026-11-30T23:30:00.000000Z"])");
}

TEST_F(References, AloneTheyKeepTheirType) {
    EXPECT_EQ(filled(R"({"a":"${item.age}","h":["${item.home}"],"c":"${item.home.city}"})"),
              R"({"a":7,"h":[{"city":"Izmir"}],"c":"Izmir"})");
}

TEST_F(References, EscapeIsTheTextItself) {
    EXPECT_EQ(filled(R"({"a":"$${date} costs $5"})"), R"({"a":"${date} costs $5"})");
}

TEST_F(References, ValuesAreNeverReadAsReferences) {
    EXPECT_EQ(filled(R"({"a":"${item.evil}","b":"x ${item.evil}"})"),
              R"({"a":"${date} ${parent.result}","b":"x ${date} ${parent.result}"})");
    EXPECT_FALSE(filled_in(R"({"a":"${item.evil}"})", values).waits_for_parents);
}

TEST_F(References, NamesOfMembersAreNone) {
    EXPECT_EQ(filled(R"({"${date}":"${date}"})"), R"({"${date}":"2026-12-01"})");
}

TEST_F(References, ArgumentsMayReferToOthersOnce) {
    EXPECT_EQ(filled(R"({"day":"${date}","to":"${args.day}.db","n":5,"m":"${args.n}"})"),
              R"({"day":"2026-12-01","to":"2026-12-01.db","n":5,"m":5})");
    EXPECT_EQ(refusal(R"({"a":"${args.b}","b":"${args.a}"})"),
              "a: '${args.a}' stands in an argument that others refer to");
}

TEST_F(References, WithoutAValueTheyAreRefusedWithTheirPath) {
    EXPECT_EQ(refusal(R"({"a":{"b":["x","${item.emial}"]}})"),
              "a.b[1]: '${item.emial}' has no value; did you mean 'email'?");
    EXPECT_EQ(refusal(R"({"a":"${item.age.x}"})"),
              "a: '${item.age.x}' has no value: it names a part of what has no parts");
    EXPECT_EQ(refusal(R"({"a":"${nothing}"})"), "a: '${nothing}' has no value here");
    values.item = nullptr;
    EXPECT_EQ(refusal(R"({"a":"${item.email}"})"),
              "a: '${item.email}' stands where there are no items; say for_each");
}

TEST_F(References, CannotStandForMoreThanArgumentsMayHold) {
    const std::string large(400'000, 'x');
    EXPECT_EQ(refusal(R"({"l":")" + large + R"(","a":"${args.l}","b":"${args.l}","c":"${args.l}"})"),
              "b: what the references stand for is larger than 1048576 bytes");
}

// ---- keys ----

TEST_F(References, KeysAreTexts) {
    const FilledIn arguments{R"({"id":7,"text":"${date}"})"};
    EXPECT_EQ(filled_in_key("plain", values, arguments), "plain");
    EXPECT_EQ(filled_in_key("${args.id}", values, arguments), "7");
    EXPECT_EQ(filled_in_key("${args.id} on ${date} $${x}", values, arguments), "7 on 2026-12-01 ${x}");
    EXPECT_EQ(filled_in_key("${args.text}", values, arguments), "${date}") << "somebody typed it";
    EXPECT_EQ(why([&] { filled_in_key("${args.none}", values, arguments); }), "'${args.none}' has no value");
}

TEST_F(References, KeysCannotWaitForParents) {
    const FilledIn arguments =
        filled_in(R"({"r":"${parent.result}","plain":"$${date} ${item.evil}"})", values);
    EXPECT_EQ(why([&] { filled_in_key("${args.r}", values, arguments); }),
              "'${parent.result}' is known only when the job runs");
    EXPECT_EQ(filled_in_key("${args.plain}", values, arguments), "${date} ${date} ${parent.result}");
}

// ---- results of parents ----

std::vector<ParentEnd> parent_with(const std::string& result) {
    return {{{BatchId{3}}, true, ""}, {{JobId{4}}, true, result}};
}

TEST_F(References, ResultsOfParentsComeWhenTheJobRuns) {
    const FilledIn arguments = filled_in(
        R"({"a":"${parent.result}","b":"on ${date}: ${parent.result.rows} $${x} ${item.evil}"})", values);

    EXPECT_TRUE(arguments.waits_for_parents);
    EXPECT_EQ(with_parent_results(arguments.arguments, parent_with(R"({"rows":5,"x":"${date}"})")),
              R"({"a":{"rows":5,"x":"${date}"},"b":"on 2026-12-01: 5 ${x} ${date} ${parent.result}"})");
}

TEST_F(References, ValueCannotMakeAReferenceOfWhatFollows) {
    const FilledIn arguments =
        filled_in(R"({"a":"${item.odd}{parent.result}","b":"${parent.result}"})", values);
    EXPECT_EQ(with_parent_results(arguments.arguments, parent_with("5")),
              R"({"a":"${parent.result}","b":5})");
    EXPECT_EQ(refusal(R"({"a":"${item.odd}${parent.result}"})"),
              "a: a value that ends in $ cannot stand before ${parent.result}");
    EXPECT_EQ(filled(R"({"a":"${item.odd}{date}"})"), R"({"a":"${date}"})") << "it is not filled in again";
}

TEST_F(References, ResultThatIsNotThereIsRefused) {
    const auto refused = [](const std::string& arguments, const std::vector<ParentEnd>& parents) {
        return why([&] { with_parent_results(arguments, parents); });
    };
    EXPECT_EQ(refused(R"({"a":"${parent.result}"})", {}),
              "a: '${parent.result}' has no value: the job waited for no other");
    EXPECT_EQ(refused(R"({"a":"${parent.result}"})", parent_with("")),
              "a: '${parent.result}' has no value: the job that it waited for has left no result");
    EXPECT_EQ(refused(R"({"a":"${parent.result.rows}"})", parent_with(R"({"row":1})")),
              "a: '${parent.result.rows}' has no value; did you mean 'row'?");
    auto two = parent_with("1");
    two.push_back({{JobId{5}}, true, "2"});
    EXPECT_EQ(refused(R"({"a":"${parent.result}"})", two),
              "a: '${parent.result}' has no value: the job waited for several others");
}

}  // namespace
}  // namespace jobhost::host
