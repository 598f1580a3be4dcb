#include "host/observe/printable.hpp"

#include <gtest/gtest.h>

namespace jobhost::host {
namespace {

TEST(Printable, WhatAJobWroteCannotDriveTheTerminal) {
    EXPECT_EQ(printable("red \x1b[31m and\nnext\tline\x7f"), "red ?[31m and next line?");
    EXPECT_EQ(printable("c1 \xc2\x9b here"), "c1 ? here");
    EXPECT_EQ(printable("ay sonu \xe2\x80\x93 \xc3\xa7ok"), "ay sonu \xe2\x80\x93 \xc3\xa7ok");
}

TEST(Printable, TheDirectionOfWritingIsNotTurned) {
    EXPECT_EQ(printable("a\xe2\x80\xae"
                        "b\xe2\x81\xa6"
                        "c"),
              "a?b?c");
    EXPECT_EQ(printable("cut \xe2\x80"), "cut \xe2\x80");
}

TEST(Printable, AMessageMayHaveSeveralLines) {
    EXPECT_EQ(printable_lines("one\ntwo \x1b[31m\r\n"), "one\ntwo ?[31m \n");
}

}  // namespace
}  // namespace jobhost::host
