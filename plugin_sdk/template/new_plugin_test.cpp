// Runs the jobs of new_plugin without a host. Any test framework will do in place of check().
#include "new_plugin.cpp"

#include <jobhost/testing.hpp>

#include <iostream>

using jobhost::testing::run;
using jobhost::testing::Status;

static int failures = 0;

static void check(bool is_right, const char* what) {
    if (is_right) return;
    std::cerr << "wrong: " << what << '\n';
    ++failures;
}

int main() {
    const auto greeted = run<Greet>({.arguments = R"({"name": "Ada", "times": 2})"});
    check(greeted.status == Status::succeeded, "it succeeds");
    check(greeted.result == R"({"greeted":"Ada"})", "the result names who was greeted");
    check(greeted.log.size() == 2 && greeted.log[0].text == "Hello, Ada!",
          "it greets as often as it is told");
    check(!greeted.progress.empty() && greeted.progress.back().fraction == 1, "its progress reaches the end");

    const auto misspelt = run<Greet>({.arguments = R"({"nam": "Ada"})"});
    check(misspelt.status == Status::bad_arguments, "a misspelt argument is refused");

    const auto cancelled = run<Greet>({.arguments = R"({"name": "Ada"})", .cancelled_after = 2});
    check(cancelled.status == Status::cancelled && cancelled.log.size() == 1, "it ends when it is cancelled");

    if (failures == 0) std::cout << "all is right\n";
    return failures == 0 ? 0 : 1;
}
