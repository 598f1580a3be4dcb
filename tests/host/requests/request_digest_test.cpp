#include "host/requests/request_digest.hpp"

#include "host/requests/bad_request.hpp"

#include <gtest/gtest.h>

#include <string>

namespace jobhost::host {
namespace {

TEST(RequestDigest, OtherWordsForTheSameAreTheSame) {
    const std::string digest = request_digest(R"({"a":1,"b":["x",{"c":null,"d":true}]})");
    EXPECT_EQ(digest.size(), 64u);
    for (const char* same : {R"( { "b" : [ "x", {"d":true, "c":null} ], "a":1 } )",
                             R"({"\u0061":1,"b":["\u0078",{"c":null,"d":true}]})"})
        EXPECT_EQ(request_digest(same), digest) << same;
    EXPECT_EQ(request_digest("1.50"), request_digest("15e-1"));
}

TEST(RequestDigest, WhateverElseDiffersCounts) {
    const std::string digest = request_digest(R"({"a":[1,[2]],"b":"x"})");
    for (const char* other :
         {R"({"a":[1,[2]],"b":"y"})", R"({"a":[[2],1],"b":"x"})", R"({"a":[1,2],"b":"x"})",
          R"({"a":[1,[2]]})", R"({"a":[1,[2]],"b":"x","c":null})", R"({"b":[1,[2]],"a":"x"})",
          R"([{"a":[1,[2]],"b":"x"}])", R"({"a":["1",[2]],"b":"x"})"})
        EXPECT_NE(request_digest(other), digest) << other;
    EXPECT_NE(request_digest(R"(["a","b"])"), request_digest(R"(["a,b"])"));
    EXPECT_NE(request_digest(R"(["a\",\"b"])"), request_digest(R"(["a","b"])"));
    EXPECT_NE(request_digest("[[],[]]"), request_digest("[[[]]]"));
}

TEST(RequestDigest, WhatIsNoJsonIsRefused) {
    for (const std::string& bad :
         {std::string{}, std::string{"{"}, std::string(1000, '['), std::string{"\"\xff\""}})
        EXPECT_THROW(request_digest(bad), BadRequest);
}

}  // namespace
}  // namespace jobhost::host
