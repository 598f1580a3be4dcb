// What the SDK's test kit takes of a job that hands in jobs is what the host takes.
#include "host/requests/bad_request.hpp"
#include "host/requests/submission_request.hpp"
#include "tests/host/requests/making_jobs.hpp"

#include <jobhost/detail/testing/handed_in.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace jobhost::host {
namespace {

using Counts = std::pair<std::size_t, std::size_t>;  // of batches and jobs

struct TestKit : test::MakingJobs {
    // Nothing: it is refused.
    std::optional<Counts> host(const std::string& json) {
        try {
            const Submission made = submission(json, maker_, 1000);
            return Counts{made.batches.size(), made.jobs.size()};
        } catch (const BadRequest&) {
            return std::nullopt;
        }
    }
    static std::optional<Counts> kit(const std::string& json) {
        try {
            const detail::HandedIn made(detail::JsonReader::read(json, detail::RepeatedNames::refused));
            return Counts{made.batches(), made.jobs()};
        } catch (const std::invalid_argument&) {
            return std::nullopt;
        }
    }
};

TEST_F(TestKit, TakesWhatTheHostTakesAndCountsAlike) {
    const char* taken[] = {
        R"({"type":"any.thing"})",
        R"({"type":"any.thing","args":{"a":[1]},"queue":"q","priority":5,"in":"1m","expires_in":"1h",
            "unique":{"key":"k","while":"queued","on_conflict":"skip"},"tags":["t"],"limits":["smtp"]})",
        R"({"type":"any.thing","at":"2026-12-01T09:00:00+03:00","delay":"1s"})",
        R"([{"type":"any.thing"},{"type":"mail.send","args":{"to":"a"}}])",
        R"({"batch":{"name":"n","jobs":{"a":{"type":"any.thing"},"b":{"type":"any.thing","after":"a","on":"failed"}}}})",
        R"({"batch":{"jobs":[{"name":"a","type":"any.thing"},{"type":"any.thing"}],
            "for_each":["x","y","z"],"then":{"c":{"type":"any.thing","on":"finished"}}}})",
        R"({"batch":{"for_each":{"items":[1,2]},"jobs":{"a":{"type":"any.thing"}},
            "batches":{"in":{"jobs":[{"type":"any.thing"}],"then":[{"type":"any.thing"}],
                             "batches":[{"jobs":[{"type":"any.thing"}]}]}}}})",
        R"({"batch":{"jobs":[{"type":"any.thing"}],"batches":null}})",
    };
    for (const char* json : taken) {
        EXPECT_TRUE(host(json)) << json;
        EXPECT_EQ(kit(json), host(json)) << json;
    }
}

TEST_F(TestKit, RefusesWhatTheHostRefuses) {
    const char* refused[] = {
        "[]",
        "7",
        "{}",
        "[[]]",
        R"({"type":7})",
        R"({"type":"any.thing","type":"any.thing"})",
        R"({"type":"any.thing","args":{"a":{"b":1,"b":1}}})",
        R"({"type":"any.thing","arg":{}})",
        R"({"type":"any.thing","args":[]})",
        R"({"type":"any.thing","args":null})",
        R"({"type":"any.thing","in":"1m","at":"2026-12-01T09:00:00Z"})",
        R"({"type":"any.thing","jobs":[]})",
        R"({"batch":{"jobs":[{"type":"any.thing"}]},"queue":"q"})",
        R"([{"batch":{"jobs":[{"type":"any.thing"}]}}])",
        R"({"batch":{}})",
        R"({"batch":7})",
        R"({"batch":{"jobs":7}})",
        R"({"batch":{"jobs":[7]}})",
        R"({"batch":{"jobs":[{"type":"any.thing","batch":"7"}]}})",
        R"({"batch":{"jobs":[{"type":"any.thing"}],"for_each":[]}})",
        R"({"batch":{"jobs":[{"type":"any.thing"}],"for_each":{"file":"x.csv"}}})",
        R"({"batch":{"jobs":[{"type":"any.thing"}],"queue":"q"}})",
        R"({"batch":{"then":[{"type":"any.thing"}]}})",
        R"({"batch":{"batches":[{"jobs":[]}]}})",
    };
    for (const char* json : refused) {
        EXPECT_FALSE(host(json)) << json;
        EXPECT_FALSE(kit(json)) << json;
    }
}

}  // namespace
}  // namespace jobhost::host
