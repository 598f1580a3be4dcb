// Who may have a hand in a plugin's file, and what is said when somebody else has.
#include "host/plugin/trusted_path.hpp"

#include "host/plugin/plugin_refused.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include <cerrno>
#include <functional>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

namespace jobhost::host {
namespace {

namespace fs = std::filesystem;
constexpr uid_t kStranger = 12345;

struct TrustedPath : testing::Test {
    test::TemporaryFolder folder;
    const fs::path home = folder / "home";
    const fs::path plugins = home / "plugins";

    TrustedPath() {
        folder.write("home/plugins/a.so", "contents");
        for (const fs::path& each : {home, plugins})
            fs::permissions(each, fs::perms{0755});
        fs::permissions(plugins / "a.so", fs::perms{0644});
    }

    // "reason; remedy" without the temporary folder's name, or empty.
    std::string refusal(const std::function<void()>& act) const {
        try {
            act();
            return "";
        } catch (const PluginRefused& refused) {
            std::string text = refused.reason() + "; " + refused.remedy();
            const std::string name = folder.path().string();
            for (auto at = text.find(name); at != std::string::npos; at = text.find(name))
                text.erase(at, name.size());
            return text;
        }
    }
    std::string opening(const fs::path& to, const std::string& name = "a.so") const {
        return refusal([&] { TrustedFolder::open(to).open_file(name); });
    }
    std::string opening() const { return opening(plugins); }
};

TEST_F(TrustedPath, LeadsToAFileThatNobodyElseCanChange) {
    EXPECT_EQ(opening(), "");
    EXPECT_EQ(TrustedFolder::open(plugins).text("a.so", 8), "contents");
    EXPECT_EQ(TrustedFolder::open(plugins).text("absent", 8), std::nullopt);
    EXPECT_THAT(TrustedFolder::open(plugins).names(), testing::ElementsAre("a.so"));
    EXPECT_EQ(refusal([&] { TrustedFolder::open(plugins).check_that_nobody_adds(); }), "");
}

TEST_F(TrustedPath, EachFolderOnTheWayIsChecked) {
    for (const std::string name : {"/home", "/home/plugins"}) {
        fs::permissions(folder.path().string() + name, fs::perms{0757});
        EXPECT_EQ(opening(), name + " can be written by everyone; take that right away: chmod o-w " + name);
        fs::permissions(folder.path().string() + name, fs::perms{0755});
    }
}

TEST_F(TrustedPath, WhatBelongsToStrangersIsRefused) {
    if (geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
    for (const std::string name : {"/home", "/home/plugins", "/home/plugins/a.so"}) {
        const std::string path = folder.path().string() + name;
        ASSERT_EQ(chown(path.c_str(), kStranger, 0), 0);
        EXPECT_EQ(opening(), name +
                                 " belongs to user number 12345; give it to root or to the user that jobhost "
                                 "runs as, chown -h root " +
                                 name + ", or add its owner to plugins.trust.users");
        EXPECT_EQ(refusal([&] { TrustedFolder::open(plugins, {1, kStranger}).open_file("a.so"); }), "");
        ASSERT_EQ(chown(path.c_str(), 0, 0), 0);
    }
}

TEST_F(TrustedPath, TheUserOfTheHostIsTrustedAndNoOther) {
    if (geteuid() != 0) GTEST_SKIP() << "only root can become somebody else";
    fs::permissions(folder.path(), fs::perms{0755});
    for (const fs::path& path : {home, plugins, plugins / "a.so"})
        ASSERT_EQ(chown(path.c_str(), kStranger, kStranger), 0);
    ASSERT_EQ(seteuid(kStranger), 0);
    const std::string of_its_owner = opening();
    ASSERT_EQ(seteuid(0), 0);
    EXPECT_EQ(of_its_owner, "");
    ASSERT_EQ(seteuid(kStranger + 1), 0);
    const std::string of_another = opening();
    ASSERT_EQ(seteuid(0), 0);
    EXPECT_THAT(of_another, testing::StartsWith("/home belongs to user number 12345; "));
}

TEST_F(TrustedPath, OnTheWayAStickyFolderIsAsGoodAsItsEntries) {
    fs::permissions(home, fs::perms{01777});
    EXPECT_EQ(opening(), "");
    if (geteuid() == 0) {
        ASSERT_EQ(chown(plugins.c_str(), kStranger, 0), 0);
        EXPECT_THAT(opening(), testing::StartsWith("/home/plugins belongs to user number 12345; "));
        fs::create_directory_symlink(fs::path{"/usr"}, home / "link");
        ASSERT_EQ(lchown((home / "link").c_str(), kStranger, 0), 0);
        EXPECT_THAT(opening(home / "link/lib"),
                    testing::StartsWith("/home/link belongs to user number 12345; "));
    }
}

TEST_F(TrustedPath, AStickyFolderIsNoPluginFolder) {
    fs::permissions(plugins, fs::perms{01777});
    EXPECT_EQ(opening(), "");
    EXPECT_EQ(refusal([&] { TrustedFolder::open(plugins).check_that_nobody_adds(); }),
              "/home/plugins can be written by everyone; take that right away: chmod o-w /home/plugins");
}

TEST_F(TrustedPath, LinksAreFollowedStepByStep) {
    fs::create_directory_symlink("home/plugins", folder / "current");
    EXPECT_EQ(opening(folder / "current"), "");
    fs::create_directory_symlink(plugins, folder / "far");
    fs::create_directory_symlink("../far", home / "farther");
    EXPECT_EQ(opening(home / "farther"), "");
    EXPECT_EQ(opening(home / "farther/../plugins/."), "");
    EXPECT_EQ(refusal([&] { TrustedFolder::open(""); }), "") << "where the tests run";

    fs::permissions(home, fs::perms{0777});
    const std::string wanted = "/home can be written by everyone; take that right away: chmod o-w /home";
    EXPECT_EQ(opening(folder / "current"), wanted) << "where it leads";
    fs::create_directory(folder / "safe");
    fs::create_directory_symlink("../safe", home / "to_safe");
    EXPECT_EQ(opening(home / "to_safe"), wanted) << "what holds the link";

    fs::create_directory_symlink("loop", folder / "loop");
    EXPECT_EQ(opening(folder / "loop"), "/loop is a link that leads nowhere; mend it");
}

TEST_F(TrustedPath, OddFilesAreRefused) {
    fs::create_symlink("a.so", plugins / "link.so");
    EXPECT_EQ(opening(plugins, "link.so"),
              "/home/plugins/link.so is a symbolic link; put the file itself into the folder");
    ASSERT_EQ(mkfifo((plugins / "pipe.so").c_str(), 0600), 0);
    EXPECT_THAT(opening(plugins, "pipe.so"),
                testing::StartsWith("/home/plugins/pipe.so is not a regular file"));
    EXPECT_THAT(opening(home, "plugins"), testing::StartsWith("/home/plugins is not a regular file"));
    for (const std::string name : {"..", "../plugins/a.so", "/etc/passwd", "", "absent.so"})
        EXPECT_NE(opening(plugins, name), "") << name;
    EXPECT_EQ(opening(plugins / "a.so"), "/home/plugins/a.so is not a folder; make one, or name another");
    EXPECT_THAT(opening(home / "absent"), testing::HasSubstr("/home/absent cannot be opened: No such file"));
}

// For this process, as if its kernel were older than Linux 5.6.
void forbid_openat2(unsigned error) {
    sock_filter steps[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                           BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
                           BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
                           BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    const sock_fprog program{std::size(steps), steps};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        _exit(2);
}

TEST_F(TrustedPath, ItIsTheSameWithoutOpenat2) {
    fs::create_symlink("a.so", plugins / "link.so");
    for (const unsigned error : {ENOSYS, EPERM}) {
        const auto act = [&] {
            forbid_openat2(error);
            const bool is_right =
                opening().empty() && opening(plugins, "link.so").starts_with("/home/plugins/link.so is") &&
                !opening(plugins, "..").empty() && !opening(plugins, "../plugins/a.so").empty() &&
                !opening(plugins, "/etc/passwd").empty();
            _exit(is_right ? 0 : 1);
        };
        EXPECT_EXIT(act(), testing::ExitedWithCode(0), "");
    }
}

TEST_F(TrustedPath, FilesThatOthersCanChangeAreRefused) {
    const std::string name = "/home/plugins/a.so";
    fs::permissions(plugins / "a.so", fs::perms{0646});
    EXPECT_EQ(opening(), name + " can be written by everyone; take that right away: chmod o-w " + name);
    for (const auto mode : {fs::perms{04755}, fs::perms{02755}}) {
        fs::permissions(plugins / "a.so", mode);
        EXPECT_EQ(opening(), name + " is setuid or setgid; take that away: chmod ug-s " + name);
    }
}

TEST_F(TrustedPath, AGroupMayWriteIfItIsItsOwnersAlone) {
    fs::permissions(plugins, fs::perms{0775});
    const passwd* user = getpwuid(geteuid());
    const group* its_group = user != nullptr ? getgrgid(user->pw_gid) : nullptr;
    const bool is_private = its_group != nullptr && its_group->gr_name == std::string{user->pw_name} &&
                            *its_group->gr_mem == nullptr;
    if (is_private) {
        ASSERT_EQ(chown(plugins.c_str(), geteuid(), user->pw_gid), 0);
        EXPECT_EQ(opening(), "");
    }
    if (geteuid() != 0) GTEST_SKIP() << "only root can give a folder to any group";
    ASSERT_EQ(chown(plugins.c_str(), 0, kStranger), 0);
    EXPECT_EQ(opening(),
              "/home/plugins can be written by its group; take that right away: chmod g-w /home/plugins");
}

// With a list, the bits of the group say what anybody on the list may do at most, be the group whose it will.
TEST_F(TrustedPath, WhoeverIsOnAnAccessListIsNoPrivateGroup) {
    struct Entry {
        std::uint16_t tag;
        std::uint16_t rights;
        std::uint32_t who;
    };
    constexpr auto kAll = static_cast<std::uint32_t>(-1);
    const struct {
        std::uint32_t version = 2;
        Entry entries[5] = {
            {0x01, 7, kAll}, {0x02, 7, kStranger}, {0x04, 5, kAll}, {0x10, 7, kAll}, {0x20, 5, kAll}};
    } list;
    if (setxattr(plugins.c_str(), "system.posix_acl_access", &list, sizeof list, 0) != 0)
        GTEST_SKIP() << "no access lists on this file system";
    EXPECT_EQ(opening(),
              "/home/plugins can be written by those on its access list; take that right away: setfacl -b "
              "/home/plugins; chmod g-w /home/plugins");
}

TEST_F(TrustedPath, TextHasALimit) {
    EXPECT_EQ(refusal([&] { TrustedFolder::open(plugins).text("a.so", 7); }),
              "/home/plugins/a.so is larger than 7 bytes; put the right file there");
}

}  // namespace
}  // namespace jobhost::host
