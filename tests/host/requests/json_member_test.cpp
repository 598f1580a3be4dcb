#include "host/requests/json_member.hpp"

#include <gtest/gtest.h>

namespace jobhost::host {
namespace {

TEST(JsonMember, AValueIsLetterByLetterWhatStandsThere) {
    for (const char* value :
         {"1", "-0.0", "123456789012345678901234567890", "1E+2", "true", "null", "\"\"", R"("a\"},b\\")",
          "{}", "[]", R"({"a" : [1, {"b":"]}"}], "c":{}})", R"(["}", "\\", [[2]] ])"})
        for (const std::string& object :
             {R"({"x":)" + std::string{value} + "}", R"({"x":)" + std::string{value} + R"(,"y":2})",
              " { \"a\" : {\"x\":7}, \"b\":[\"x\"] ,\t\"x\"\r\n:  " + std::string{value} +
                  " \n, \"z\":\"x\" } "})
            EXPECT_EQ(json_member(object, "x"), value) << object;
}

TEST(JsonMember, OnlyAMemberOfThatNameIsFound) {
    for (const char* object :
         {"{}", " { } ", R"({"y":"x"})", R"({"y":{"x":1}})", R"({"xx":1,"":2})", R"({"\"x":1})"})
        EXPECT_EQ(json_member(object, "x"), "") << object;
}

TEST(JsonMember, ANameMayBeWrittenInOtherLetters) {
    EXPECT_EQ(json_member(R"({"\u0078":5})", "x"), "5");
}

TEST(JsonMember, TheLastOneCounts) {
    EXPECT_EQ(json_member(R"({"x":1,"x":[2],"y":3})", "x"), "[2]");
}

}  // namespace
}  // namespace jobhost::host
