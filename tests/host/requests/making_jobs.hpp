// A JobMaker over a real database, with job types as a live server has registered them.
#pragma once

#include "host/execution/live_names.hpp"
#include "host/requests/job_maker.hpp"
#include "tests/host/scheduling/definitions.hpp"
#include "tests/host/sync/manual_boot_clock.hpp"
#include "tests/storage/apply_definitions.hpp"
#include "tests/support/temporary_storage.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace jobhost::host::test {

struct MakingJobs : testing::Test {
    MakingJobs() {
        const storage::ServedType served[] = {
            {.type = "mail.send",
             .payload_version = 3,
             .arguments_schema =
                 R"({"type":"object","properties":{"to":{"type":"string"},"copies":{"type":"integer"}},)"
                 R"("required":["to"],"additionalProperties":false})"},
            {.type = "any.thing"},
            {.type = "host.root", .is_privileged = true},
        };
        storage_->servers().enter({.incarnation = "1", .name = "test", .application = "test"}, served);
        storage_->limits().set(std::vector{Limit{.name = "smtp"}, Limit{.name = "tenant"}});
    }

    // Stores what the file of definitions says, in place of all.
    void define(const std::string& yaml) {
        storage::apply_definitions(storage_->sources(), "test", "test", WrittenDefinitions{yaml}.sources());
        boot_clock_.advance(std::chrono::seconds{1});
    }
    BatchId staged_batch() {
        const BatchId id{storage_->jobs().reserve_ids(1).value};
        storage_->workflows().submit(std::vector{NewBatch{.id = id, .is_staged = true}}, {});
        return id;
    }
    // What is wrong; empty: nothing.
    static std::string problem_of(const std::function<void()>& act) {
        try {
            act();
        } catch (const BadRequest& error) {
            return error.what();
        }
        return "";
    }

    jobhost::test::TemporaryStorage storage_;
    jobhost::test::ManualBootClock boot_clock_{std::chrono::seconds{1000}};
    LiveTypes types_{storage_->servers(), boot_clock_};
    StoredDefinitions definitions_{storage_->definitions(), boot_clock_, {}};
    JobMaker maker_{{.storage = *storage_.storage,
                     .definitions = definitions_,
                     .types = types_,
                     .clock = storage_.clock,
                     .retention = {.succeeded = std::chrono::hours{7}}}};
};

}  // namespace jobhost::host::test
