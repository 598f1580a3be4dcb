#include "host/daemon/incarnation_lock.hpp"

#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace jobhost::host {
namespace {

using std::filesystem::perms;

perms mode_of(const std::filesystem::path& folder) {
    return std::filesystem::status(folder).permissions();
}

TEST(IncarnationLock, AFolderThatItMakesIsTheOwnersAlone) {
    const test::TemporaryFolder folder;
    const IncarnationLock lock{folder / "state"};

    EXPECT_EQ(mode_of(folder / "state"), perms::owner_all);
}

TEST(IncarnationLock, AFolderThatIsThereKeepsItsMode) {
    const test::TemporaryFolder folder;
    const auto shared = folder / "shared";
    std::filesystem::create_directory(shared);
    const perms mode = perms::owner_all | perms::group_read | perms::group_exec | perms::others_exec;
    std::filesystem::permissions(shared, mode);

    const IncarnationLock lock{shared};

    EXPECT_EQ(mode_of(shared), mode);
    EXPECT_EQ(mode_of(lock_folder(shared)), perms::owner_all);
}

}  // namespace
}  // namespace jobhost::host
