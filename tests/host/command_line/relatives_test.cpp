#include "host/command_line/relatives.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace jobhost::host {
namespace {

const Relatives kSome{
    .parents = {{JobId{5}, Condition::succeeded, true, "succeeded"},
                {BatchId{7}, Condition::failed, false, ""}},
    .children = {{JobId{12}, Condition::finished, std::nullopt, "awaiting"}},
    .has_more_children = true,
};

TEST(Relatives, AreShownWithHowTheyStand) {
    std::ostringstream out;
    print_relatives(out, kSome);
    EXPECT_EQ(out.str(),
              "waits for\n"
              "  job 5    succeeded  when succeeded  met\n"
              "  batch 7  removed    when failed     not met\n"
              "what waits for it\n"
              "  job 12  awaiting  when finished  not yet\n"
              "  and more\n");
}

TEST(Relatives, ThatAreNotThereTakeNoLine) {
    std::ostringstream out;
    print_relatives(out, {});
    EXPECT_EQ(out.str(), "");
}

TEST(Relatives, AreJsonWithIdsAsTexts) {
    EXPECT_EQ(boost::json::serialize(to_json(kSome.parents)),
              R"([{"id":"5","kind":"job","on":"succeeded","is_met":true,"state":"succeeded"},)"
              R"({"id":"7","kind":"batch","on":"failed","is_met":false,"state":null}])");
    EXPECT_EQ(boost::json::serialize(to_json(kSome.children)),
              R"([{"id":"12","kind":"job","on":"finished","is_met":null,"state":"awaiting"}])");
}

}  // namespace
}  // namespace jobhost::host
