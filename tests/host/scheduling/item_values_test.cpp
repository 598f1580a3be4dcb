#include "host/scheduling/references.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

namespace jobhost::host {
namespace {

using testing::HasSubstr;

const boost::json::value kItem =
    boost::json::parse(R"({"email":"a@x","age":7,"address":{"city":"Ankara"},"tags":["x"]})");

std::string filled(const char* json, const boost::json::value* item = &kItem) {
    return boost::json::serialize(
        with_values(boost::json::parse(json), {.scheduled_at = TimePoint{}, .item = item}));
}

std::string refusal(const char* json, const boost::json::value* item = &kItem) {
    try {
        filled(json, item);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "";
}

TEST(ItemValues, PartsOfTextsAreFilledIn) {
    EXPECT_EQ(filled(R"({"to":"mailto:${item.email}?from=${item.address.city}","n":1})"),
              R"({"to":"mailto:a@x?from=Ankara","n":1})");
    EXPECT_EQ(filled(R"(["is ${item.age}", "has ${item.tags}"])"), R"(["is 7","has [\"x\"]"])");
}

TEST(ItemValues, AReferenceAloneKeepsItsType) {
    EXPECT_EQ(filled(R"(["${item.age}","${item.tags}",{"a":"${item.address}"}])"),
              R"([7,["x"],{"a":{"city":"Ankara"}}])");
    EXPECT_EQ(filled(R"("${item}")"), boost::json::serialize(kItem));
}

TEST(ItemValues, AnEscapedOneStays) {
    EXPECT_EQ(filled(R"(["$${item.age}","a$${b}${item.age}", "$5"])"), R"(["${item.age}","a${b}7","$5"])");
    EXPECT_EQ(filled(R"("$${x}")", nullptr), R"("${x}")");
}

TEST(ItemValues, WhatIsFilledInIsNotReadAgain) {
    const boost::json::value item = {{"a", "${item.b}"}};
    EXPECT_EQ(filled(R"(["${item.a}","<${item.a}>"])", &item), R"(["${item.b}","<${item.b}>"])");
}

TEST(ItemValues, InstantsAreFilledInToo) {
    EXPECT_EQ(filled(R"("on ${date}")"), R"("on 1970-01-01")");
}

TEST(ItemValues, WhatIsNotThereIsSaid) {
    EXPECT_THAT(refusal(R"("${item.emial}")"), HasSubstr("did you mean 'email'?"));
    EXPECT_THAT(refusal(R"("${item.age.x}")"), HasSubstr("what has no parts"));
    EXPECT_THAT(refusal(R"({"a":["${parent.result}"]})"),
                HasSubstr("a[0]: '${parent.result}' is known only"));
    EXPECT_THAT(refusal(R"("${item.age")"), HasSubstr("has no }"));
    EXPECT_THAT(refusal(R"("${item.age}")", nullptr), HasSubstr("for_each"));
}

}  // namespace
}  // namespace jobhost::host
