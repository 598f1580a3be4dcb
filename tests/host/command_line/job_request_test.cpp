#include "host/command_line/job_request.hpp"

#include "host/command_line/opened.hpp"
#include "tests/support/temporary_storage.hpp"

#include <gmock/gmock.h>

namespace jobhost::host {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Types as a live server has registered them.
class JobRequestsTest : public testing::Test {
protected:
    JobRequestsTest() {
        configuration_.settings.plugins.folder = storage_.folder / "plugins";
        const storage::ServedType served[] = {
            {.type = "mail.send",
             .payload_version = 3,
             .arguments_schema =
                 R"({"type":"object","properties":{"to":{"type":"string"},"copies":{"type":"integer"}},)"
                 R"("required":["to"],"additionalProperties":false})"},
            {.type = "any.thing"},
        };
        storage_->servers().enter({.incarnation = "1", .name = "test", .application = "test"}, served);
    }

    NewJob from_json(const std::string& line) { return requests_.from_json(line, false); }
    std::string refusal(const std::string& line) {
        try {
            from_json(line);
        } catch (const CommandError& error) {
            EXPECT_EQ(error.exit_code(), kWrongUse);
            return error.what();
        }
        return "";
    }

    test::TemporaryStorage storage_;
    config::Configuration configuration_;
    JobRequests requests_{configuration_, *storage_.storage, storage_.clock};
};

TEST_F(JobRequestsTest, ALineSaysAllThatTiesAJobToOthers) {
    NewJob parent = from_json(R"({"type":"any.thing"})");
    parent.id = storage_->jobs().reserve_ids(1);
    storage_->jobs().insert({&parent, 1});
    const std::string id = std::to_string(parent.id.value);

    const NewJob job = from_json(
        R"({"type":"any.thing","after":[")" + id + R"(",)" + id +
        R"(],"on":"failed","delay":"5m","batch":"77",)"
        R"-("unique":{"key":"k","while":"window(1h)","on_conflict":"extend"},"tags":["a","b","a"],)-"
        R"("limits":["smtp","tenant:acme"]})");
    EXPECT_EQ(job.parents, (std::vector<Parent>{{parent.id, Condition::failed}}));
    EXPECT_EQ(job.delay, std::chrono::minutes{5});
    EXPECT_EQ(job.batch, BatchId{77});
    EXPECT_EQ(job.unique, (Unique{"k", HeldWhile::window, std::chrono::hours{1}, OnConflict::extend}));
    EXPECT_THAT(job.tags, ElementsAre("a", "b"));
    EXPECT_THAT(job.limits, ElementsAre(LimitUse{"smtp", ""}, LimitUse{"tenant", "acme"}));
}

TEST_F(JobRequestsTest, OneOfAListMayStandAlone) {
    const NewJob job = from_json(R"({"type":"any.thing","unique":"k","tags":"a","limits":"smtp"})");
    EXPECT_EQ(job.unique, Unique{.key = "k"});
    EXPECT_THAT(job.tags, ElementsAre("a"));
    EXPECT_THAT(job.limits, ElementsAre(LimitUse{"smtp", ""}));
}

TEST_F(JobRequestsTest, WhatIsWrongIsSaid) {
    const std::string key(kMaxKeySize + 1, 'k');
    for (const auto& [member, problem] : std::initializer_list<std::pair<std::string, const char*>>{
             {R"("after":"x")", "'after' must name jobs or batches by their ids"},
             {R"("after":[1.5])", "by their ids"},
             {R"("on":"failed")", "name that, too"},
             {R"("after":[],"on":"sometimes")", "succeeded, failed, finished or deleted"},
             {R"("delay":5)", "'delay' must be a text"},
             {R"("batch":"-1")", "'batch' must name"},
             {R"("unique":1)", "'unique' must be a text, or an object with 'key'"},
             {R"("unique":{})", "'key' of 'unique' is missing"},
             {R"("unique":{"key":"k","wile":"queued"})", "'wile' is not known here; did you mean 'while'?"},
             {R"("unique":{"key":"k","while":"now"})", "window(1h)"},
             {R"("unique":{"key":"k","on_conflict":"merge"})", "skip, replace, extend or fail"},
             {R"("unique":"")", "unique key must be 1 to 1000 bytes"},
             {R"("unique":")" + key + '"', "unique key must be 1 to 1000 bytes"},
             {R"("tags":[1])", "'tags' must be texts"},
             {R"("tags":"")", "a tag must be 1 to 100 bytes"},
             {R"("limits":["no spaces"])", "names of limits"},
             {R"("limits":["a","b","c","d","e","f","g","h","i"])", "at most 8 limits"},
             {R"("limits":["a:)" + std::string(200, 'k') + R"("])", "at most 200 bytes together"}})
        EXPECT_THAT(refusal(R"({"type":"any.thing",)" + member + "}"), HasSubstr(problem)) << member;
}

TEST_F(JobRequestsTest, ArgumentsAreCheckedBySchemaOfTheirType) {
    EXPECT_EQ(from_json(R"({"type":"mail.send","args":{"to":"a"}})").payload_version, 3);
    EXPECT_EQ(refusal(R"({"type":"mail.send","args":{"copies":"two","too":"a"}})"),
              "the arguments do not fit mail.send: /copies must be an integer, is \"two\"; "
              "/too is not known; did you mean 'to'?; /to is missing");
    EXPECT_THAT(refusal(R"({"type":"mail.send"})"), HasSubstr("/to is missing"));
    EXPECT_EQ(refusal(R"({"type":"any.thing","args":{"what":"ever"}})"), "");
}

}  // namespace
}  // namespace jobhost::host
