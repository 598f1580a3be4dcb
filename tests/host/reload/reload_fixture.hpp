// The files of one host and of several, with a clock that is moved by hand.
#pragma once

#include "host/reload/reload.hpp"
#include "tests/host/sync/manual_boot_clock.hpp"
#include "tests/support/temporary_storage.hpp"

#include <gtest/gtest.h>

namespace jobhost::host {

class NoHints final : public FolderWatch {
public:
    void watch(const std::set<std::filesystem::path>& folders) override { watched = folders; }
    int descriptor() const noexcept override { return -1; }
    void drain() noexcept override {}
    std::set<std::filesystem::path> watched;
};

// A host in a folder of its own; several may share a database.
struct OneHost {
    OneHost(storage::Storage& common, const std::string& name, const BootClock& time)
        : storage{common}, clock{time} {
        folder.write("jobhost.yaml",
                     "server: {name: " + name + ", application: shop}\ndefinitions: [jobs.d/*.yaml]\n");
    }
    void start() {
        reload.reset();
        config::LoadResult result = config::load(file());
        std::vector<config::ConfigError> errors;
        if (auto* right = std::get_if<config::Configuration>(&result.outcome)) {
            running = std::move(*right);
        } else {
            running = result.host.value();
            errors = std::get<1>(result.outcome);
        }
        reload.emplace(file(), running, sources ? *sources : storage.sources(), storage.limits(), hints,
                       clock);
        reload->applied = [this] { ++applied; };
        reload->start(errors);
        reload->hurry();
        reload->run_once();
    }
    // The file is seen to have this text, and is read.
    void edit(const std::string& name, const std::string& text) {
        folder.write("jobs.d/" + name, text);
        read();
    }
    void remove(const std::string& name) {
        std::filesystem::remove(folder / ("jobs.d/" + name));
        read();
    }
    void read() {
        reload->hurry();
        reload->run_once();
    }
    void move(const std::string& before, const std::string& after) {
        std::filesystem::rename(folder / before, folder / after);
        read();
    }
    std::filesystem::path file() const { return folder / "jobhost.yaml"; }

    storage::Storage& storage;
    const BootClock& clock;
    test::TemporaryFolder folder;
    NoHints hints;
    config::Configuration running;
    std::optional<Reload> reload;
    int applied = 0;
    storage::SourceStore* sources = nullptr;  // in place of the storage's
};

inline std::string job(const std::string& name, const std::string& type) {
    return "jobs:\n  " + name + ": {type: test." + type + "}\n";
}

struct ReloadTest : testing::Test {
    std::string type_of(const std::string& name) {
        const auto found = db->definitions().find(name);
        return found ? found->definition.type : "";
    }
    // It is never quiet, and now and then empty; `y` of it stays all the time.
    void write_for_four_seconds(const std::string& name) {
        for (int i = 0; i < 400; ++i) {
            one.folder.write("jobs.d/" + name, std::string(static_cast<std::size_t>(i % 7), '\n'));
            clock.advance(std::chrono::milliseconds{10});
            one.reload->run_once();
            ASSERT_EQ(type_of("y"), "test.v1") << "it says what it said";
        }
    }
    std::vector<storage::Refusal> refusals() { return db->sources().refusals(); }

    test::TemporaryStorage db;
    test::ManualBootClock clock{BootTime{std::chrono::seconds{1000}}};
    OneHost one{*db.storage, "one", clock};
    OneHost two{*db.storage, "two", clock};
    OneHost three{*db.storage, "three", clock};
};

}  // namespace jobhost::host
