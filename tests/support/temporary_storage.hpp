// A real SQLite database of one test, with a clock that stands still.
#pragma once

#include "storage/storage.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/temporary_folder.hpp"

namespace jobhost::test {

struct TemporaryStorage {
    TemporaryFolder folder;
    ManualClock clock;
    std::unique_ptr<storage::Storage> storage =
        storage::open_storage({.url = "sqlite:" + (folder / "test.db").string()}, &clock);

    storage::Storage* operator->() const noexcept { return storage.get(); }
};

}  // namespace jobhost::test
