// Hints that something has changed in folders, so that nobody has to look all the time.
#pragma once

#include "host/worker/descriptor.hpp"

#include <filesystem>
#include <map>
#include <set>

namespace jobhost::host {

// A hint: it may come for nothing, and on a file system of the network not at all.
class FolderWatch {
public:
    virtual ~FolderWatch() = default;
    // From now on these, and no others; what is there of them. A folder that was replaced is found anew.
    virtual void watch(const std::set<std::filesystem::path>& folders) = 0;
    // Readable when there may be news; only for waiting. -1: there never will be.
    virtual int descriptor() const noexcept = 0;
    // Takes the news.
    virtual void drain() noexcept = 0;
};

// inotify. Where the system has no more of it to give, it is silent. Thread-safe except for watch(), which is
// for one thread.
class InotifyWatch final : public FolderWatch {
public:
    InotifyWatch();
    void watch(const std::set<std::filesystem::path>& folders) override;
    int descriptor() const noexcept override { return inotify_.get(); }
    void drain() noexcept override;

private:
    worker::Descriptor inotify_;
    std::set<int> watched_;
};

}  // namespace jobhost::host
