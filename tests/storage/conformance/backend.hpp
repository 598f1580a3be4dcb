// The databases that the conformance suite runs against. A new one is one more line in all_backends().
#pragma once

#include "storage/storage.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace jobhost::storage {

// One empty database.
class TestDatabase {
public:
    virtual ~TestDatabase() = default;
    // Each call opens the same database once more, as another process would.
    virtual std::unique_ptr<Storage> open(const Clock& clock) = 0;
};

struct Backend {
    std::string name;
    std::function<std::unique_ptr<TestDatabase>()> create;
    friend std::ostream& operator<<(std::ostream& out, const Backend& backend) { return out << backend.name; }
};

class SqliteTestDatabase final : public TestDatabase {
public:
    std::unique_ptr<Storage> open(const Clock& clock) override {
        return open_storage({.url = "sqlite:" + (folder_ / "test.db").string()}, &clock);
    }

private:
    test::TemporaryFolder folder_;
};

inline std::vector<Backend> all_backends() {
    return {{"sqlite", [] { return std::make_unique<SqliteTestDatabase>(); }}};
}

inline std::string backend_name(const testing::TestParamInfo<Backend>& info) {
    return info.param.name;
}

}  // namespace jobhost::storage
