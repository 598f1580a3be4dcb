#include "host/upkeep/predecessors.hpp"

#include "host/daemon/incarnation_lock.hpp"
#include "host/daemon/scratch_folders.hpp"
#include "host/worker/descriptor.hpp"

#include <spdlog/spdlog.h>
#include <sys/file.h>

#include <fcntl.h>

namespace jobhost::host {

namespace {

constexpr std::size_t kBatch = 500;

}  // namespace

Duration Predecessors::run_once() {
    std::error_code missing;  // a folder that somebody removed holds no proof of anything
    for (const auto& entry : std::filesystem::directory_iterator{lock_folder(folder_), missing}) {
        const std::string incarnation = entry.path().stem();
        if (entry.path().extension() != ".lock" || incarnation == own_incarnation_) continue;
        const worker::Descriptor file{::open(entry.path().c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW)};
        if (file.get() < 0 || ::flock(file.get(), LOCK_EX | LOCK_NB) != 0) continue;
        // A host of another database may share the folder: its proof is for its own successor.
        if (recover(incarnation)) std::filesystem::remove(entry.path());
    }
    sweep_scratch(folder_);
    return pause_.next();
}

bool Predecessors::recover(const std::string& incarnation) {
    const auto server = servers_.declare_dead(incarnation);
    if (!server) return false;
    std::size_t total = 0;
    for (std::size_t count = kBatch; count == kBatch; total += count)
        count = servers_.recover(*server, kBatch);
    spdlog::warn("an earlier host of this folder ended without notice; {} of its jobs run again", total);
    if (total > 0) recovered_();
    return true;
}

}  // namespace jobhost::host
