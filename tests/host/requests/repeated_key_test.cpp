#include "host/requests/repeated_key.hpp"

#include "host/requests/bad_request.hpp"

#include <gtest/gtest.h>

namespace jobhost::host {
namespace {

std::string refusal_of(std::string_view json) {
    try {
        refuse_repeated_keys(json);
    } catch (const BadRequest& error) {
        return error.what();
    }
    return "";
}

TEST(RepeatedKey, IsNamedByThePathToIt) {
    const std::string rest = " stands there twice: say which one is meant";
    EXPECT_EQ(refusal_of(R"({"a":1,"a":1})"), "'/a'" + rest);
    EXPECT_EQ(refusal_of(R"({"args":{"to":[1,{},{"x":{"y":2},"x":3}]}})"), "'/args/to/2/x'" + rest);
    EXPECT_EQ(refusal_of(R"([[1,2],"t",{"b":null,"b":true}])"), "'/2/b'" + rest);
    EXPECT_EQ(refusal_of(R"({"a":1,"\u0061":1})"), "'/a'" + rest);
}

TEST(RepeatedKey, TheSameKeyMayStandInOthers) {
    for (const char* json : {R"({"a":{"a":1},"b":{"a":{"a":1}}})", R"([{"a":1},{"a":1}])", R"({"a":1,"A":1})",
                             R"({"":1})", "[]", "1.5", R"("a")"})
        EXPECT_EQ(refusal_of(json), "") << json;
}

TEST(RepeatedKey, WhatIsNoJsonPasses) {
    for (const char* text : {"", "{", R"({"a":1,"b)", "}", "nonsense"})
        EXPECT_EQ(refusal_of(text), "") << text;
}

}  // namespace
}  // namespace jobhost::host
