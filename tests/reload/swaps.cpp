// Loads a plugin while somebody swaps its file for an evil one and back, as fast as he can: what runs has to
// be what was checked. See swaps.sh.
#include "host/plugin/catalog.hpp"
#include "host/plugin/plugin_refused.hpp"
#include "storage/digest.hpp"
#include "tests/support/temporary_folder.hpp"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>
#include <thread>

namespace {

namespace fs = std::filesystem;
using namespace jobhost;
using host::Trust;

constexpr const char* kGood = "1.0.0";
constexpr const char* kEvil = "6.6.6";
constexpr std::size_t kPiece = 4096;  // written at once, where it is

std::string bytes_of(const fs::path& file) {
    std::ostringstream bytes;
    bytes << std::ifstream{file, std::ios::binary}.rdbuf();
    return bytes.str();
}

enum class Way { rename, in_place };

// Puts the one and the other into the place of `file` until it goes.
class Swapper {
public:
    Swapper(fs::path file, std::string good, std::string evil, Way way)
        : file_{std::move(file)}, contents_{std::move(good), std::move(evil)}, way_{way} {
        put(file_, contents_[0]);
        thread_ = std::jthread{[this](const std::stop_token& stop) {
            while (!stop.stop_requested())
                swap();
        }};
    }

private:
    static void put(const fs::path& file, const std::string& contents) {
        std::ofstream{file, std::ios::binary} << contents;
    }
    void swap() {
        const std::string& contents = contents_[++swaps_ % 2];
        if (way_ == Way::rename) {
            put(file_.string() + ".new", contents);
            fs::rename(file_.string() + ".new", file_);
        } else {
            std::fstream file{file_, std::ios::binary | std::ios::in | std::ios::out};
            for (std::size_t at = 0; at < contents.size(); at += kPiece)
                file << std::string_view{contents}.substr(at, kPiece) << std::flush;
        }
    }

    const fs::path file_;
    const std::string contents_[2];
    const Way way_;
    std::atomic<std::uint64_t> swaps_ = 0;
    std::jthread thread_;  // the last: it uses the others
};

struct Counts {
    int good = 0;
    int evil = 0;
    int mixed = 0;  // contents of which a part is of the one and a part of the other
    int refused = 0;
    int wrong = 0;  // something ran that was not what was checked

    int loaded() const { return good + evil + mixed; }
};

class Trial {
public:
    Trial(const fs::path& folder, const Trust& trust, bool is_evil_allowed)
        : folder_{folder}, trust_{trust}, is_evil_allowed_{is_evil_allowed} {
        options_.program = JOBHOST_TEST_WORKER;
        fs::create_directory(folder_ / "plugins");
    }

    Counts run(int loads, Way way) {
        Swapper swapper{file(), bytes_of(SWAPPED_GOOD), bytes_of(SWAPPED_EVIL), way};
        Counts counts;
        for (int tries = 0; counts.loaded() < loads && tries < 100 * loads; ++tries)
            load(counts);
        return counts;
    }

private:
    fs::path file() const { return folder_ / "plugins/swapped.so"; }
    bool has_run(const char* version) const { return fs::exists(folder_ / version); }

    void load(Counts& counts) {
        fs::remove(folder_ / kGood);
        fs::remove(folder_ / kEvil);
        try {
            host::PluginImage image = host::PluginImage::open(file(), trust_);
            const auto plugin = host::load_plugin(file(), std::move(image), trust_, options_, 1);
            count(*plugin, counts);
        } catch (const host::PluginRefused&) {
            ++counts.refused;
            if (!is_evil_allowed_ && has_run(kEvil)) ++counts.wrong;
        }
    }

    // The digest that is reported is that of the code that ran: of a version as it was built, all of that
    // version ran and nothing of the other.
    void count(const host::LoadedPlugin& plugin, Counts& counts) {
        const std::string& digest = plugin.image->digest();
        const std::string& version = plugin.description.version;
        const auto is = [&](const char* wanted, const char* other) {
            return version == wanted && has_run(wanted) && !has_run(other);
        };
        bool is_right =
            digest ==
            storage::sha256(bytes_of("/proc/self/fd/" + std::to_string(plugin.image->descriptor())));
        if (digest == good_) {
            ++counts.good;
            is_right = is_right && is(kGood, kEvil);
        } else if (digest == evil_) {
            ++counts.evil;
            is_right = is_right && is(kEvil, kGood) && is_evil_allowed_;
        } else {
            ++counts.mixed;
            is_right = is_right && is_evil_allowed_;
        }
        if (!is_right) ++counts.wrong;
    }

    const fs::path folder_;
    const Trust& trust_;
    const bool is_evil_allowed_;
    host::WorkerOptions options_;
    const std::string good_ = storage::sha256(bytes_of(SWAPPED_GOOD));
    const std::string evil_ = storage::sha256(bytes_of(SWAPPED_EVIL));
};

// Whether all is as it has to be.
bool race(const std::string& policy, const Trust& trust, int loads) {
    bool is_right = true;
    for (const Way way : {Way::rename, Way::in_place}) {
        const test::TemporaryFolder folder;
        setenv("TMPDIR", folder.path().c_str(), 1);  // where plugins leave their traces
        const bool is_evil_allowed = policy == "owner";
        const Counts counts = Trial{folder.path(), trust, is_evil_allowed}.run(loads, way);
        unsetenv("TMPDIR");
        std::cout << "policy " << policy << ", swapped " << (way == Way::rename ? "by rename" : "in place")
                  << ": " << counts.loaded() << " loads: " << counts.good << " of the good file, "
                  << counts.evil << " of the evil one, " << counts.mixed << " of a mixture; "
                  << counts.refused << " refused; WHAT RAN WAS NOT WHAT WAS CHECKED: " << counts.wrong
                  << std::endl;
        const bool was_swapped = is_evil_allowed ? counts.evil > 0 : counts.refused > 0;
        if (!was_swapped) std::cout << "the file was not swapped in time: nothing is shown\n";
        is_right =
            is_right && counts.loaded() >= loads && counts.good > 0 && was_swapped && counts.wrong == 0;
    }
    return is_right;
}

}  // namespace

int main(int count, char** words) {
    if (count != 3 || std::strcmp(words[1], "--loads") != 0 || std::atoi(words[2]) < 1) {
        std::cerr << "usage: swaps --loads N\n";
        return 2;
    }
    const int loads = std::atoi(words[2]);
    const test::TemporaryFolder folder;
    folder.write("plugins.sha256", storage::sha256(bytes_of(SWAPPED_GOOD)) + "  swapped.so\n");
    config::TrustSettings listed;
    listed.policy = config::TrustPolicy::allowlist;
    listed.allowlist = folder / "plugins.sha256";
    const bool is_right = race("owner", Trust{}, loads) & race("allowlist", Trust{listed}, loads);
    return is_right ? 0 : 1;
}
