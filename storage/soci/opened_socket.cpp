#include "storage/soci/opened_socket.hpp"

#include "storage/storage_error.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <fcntl.h>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <unistd.h>
#include <utility>

namespace jobhost::storage {

namespace {

using namespace std::chrono_literals;
using Deadline = std::chrono::steady_clock::time_point;

constexpr Duration kFirstPause = 50ms;
constexpr Duration kLongestPause = 1s;

// By what the kernel calls it, "socket:[4711]", for descriptors are used again: one descriptor of each.
std::map<std::string, int> sockets_of_process() {
    std::map<std::string, int> sockets;
    std::error_code ignored;  // what is closed meanwhile is not there
    for (std::filesystem::directory_iterator entry{"/proc/self/fd", ignored}, end; !ignored && entry != end;
         entry.increment(ignored)) {
        std::error_code closed;
        const std::string name = std::filesystem::read_symlink(entry->path(), closed).string();
        if (!closed && name.starts_with("socket:"))
            sockets.emplace(name, std::stoi(entry->path().filename().string()));
    }
    return sockets;
}

int option(int socket, int name) {
    int value = -1;
    socklen_t size = sizeof value;
    return ::getsockopt(socket, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

// Whether it may lead to a server. One of TCP that is not connected yet has no peer. A pair of sockets, such
// as those to our workers, has no names.
bool leads_to_a_server(int socket) {
    if (option(socket, SO_TYPE) != SOCK_STREAM || option(socket, SO_ACCEPTCONN) != 0) return false;
    const int domain = option(socket, SO_DOMAIN);
    if (domain != AF_UNIX) return domain == AF_INET || domain == AF_INET6;
    sockaddr_un peer{};
    socklen_t size = sizeof peer;
    return ::getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &size) == 0 &&
           size > offsetof(sockaddr_un, sun_path);
}

// A descriptor of our own for the one that is new; -1 when there is not exactly one.
int opened_since(const std::map<std::string, int>& before) {
    int found = -1;
    bool is_only = true;
    for (const auto& [name, descriptor] : sockets_of_process()) {
        if (before.contains(name)) continue;
        // Looked at only once it is ours: the driver may close its own at any time.
        const int own = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
        if (own < 0) continue;
        if (!leads_to_a_server(own)) {
            ::close(own);
        } else if (found < 0) {
            found = own;
        } else {
            is_only = false;
            ::close(own);
        }
    }
    if (is_only || found < 0) return found;
    ::close(found);
    return -1;
}

// Ends a connecting that takes too long. Again and again, for a driver goes on to the server's next address.
class Interrupter {
public:
    Interrupter(const std::map<std::string, int>& before, Deadline deadline)
        : before_{before}, deadline_{deadline}, thread_{[this] { loop(); }} {}
    ~Interrupter() { stop(); }
    Interrupter(const Interrupter&) = delete;
    Interrupter& operator=(const Interrupter&) = delete;

    // Whether the time was over before.
    bool stop() {
        {
            const std::lock_guard lock{mutex_};
            is_stopping_ = true;
        }
        stopping_.notify_one();
        if (thread_.joinable()) thread_.join();
        return has_expired_;
    }

private:
    void loop() {
        std::unique_lock lock{mutex_};
        Deadline next = deadline_;
        for (Duration pause = kFirstPause; !stopping_.wait_until(lock, next, [this] { return is_stopping_; });
             pause = std::min(pause * 2, kLongestPause)) {
            has_expired_ = true;
            const int socket = opened_since(before_);
            if (socket >= 0) {
                ::shutdown(socket, SHUT_RDWR);
                ::close(socket);
            }
            next = std::chrono::steady_clock::now() + pause;
        }
    }

    const std::map<std::string, int>& before_;
    const Deadline deadline_;
    std::mutex mutex_;
    std::condition_variable stopping_;
    bool is_stopping_ = false;
    bool has_expired_ = false;
    std::thread thread_;  // last: it uses all of the above
};

StorageError out_of_time() {
    return {StorageError::Kind::unavailable,
            "cannot connect to the database: timeout; check that the server answers at the host and port of "
            "storage.url"};
}

}  // namespace

OpenedSocket::OpenedSocket(Duration patience, const std::function<void()>& connect) {
    static std::timed_mutex connecting;
    const Deadline deadline = std::chrono::steady_clock::now() + patience;
    const std::unique_lock turn{connecting, deadline};
    if (!turn) throw out_of_time();
    const auto before = sockets_of_process();
    Interrupter interrupter{before, deadline};
    try {
        connect();
    } catch (const StorageError&) {
        if (interrupter.stop()) throw out_of_time();
        throw;
    }
    if (interrupter.stop()) throw out_of_time();
    descriptor_ = opened_since(before);
}

OpenedSocket::~OpenedSocket() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace jobhost::storage
