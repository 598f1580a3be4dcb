// Proof of life: a locked file that this host and its workers hold together.
#pragma once

#include "host/worker/descriptor.hpp"

#include <filesystem>
#include <string>

namespace jobhost::host {

// `<state folder>/servers/<incarnation>.lock`, locked with flock(2), shared. Each worker has a lock of its
// own on it, which no other one can undo; so it is free only when the host and all its workers have ended:
// whoever gets it for himself has proof that the host is dead.
class IncarnationLock {
public:
    // Makes a new incarnation. Throws std::system_error.
    explicit IncarnationLock(const std::filesystem::path& state_folder);

    const std::string& incarnation() const noexcept { return incarnation_; }  // a UUID
    int descriptor() const noexcept { return descriptor_.get(); }

    // The host has left in order; nobody needs the proof any more.
    void remove() noexcept;

private:
    std::string incarnation_;
    std::filesystem::path file_;
    worker::Descriptor descriptor_;
};

std::filesystem::path lock_folder(const std::filesystem::path& state_folder);

}  // namespace jobhost::host
