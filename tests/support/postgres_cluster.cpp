#include "tests/support/postgres_cluster.hpp"

#include <sys/socket.h>
#include <sys/wait.h>

#include <cerrno>
#include <poll.h>
#include <spawn.h>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace jobhost::test {
namespace {

// More than the guardian's own deadline, which is the one that explains itself.
constexpr int kDeadlineMs = 150'000;

// Starts the guardian with `socket` as its input and output. It leaves this family at once, so what is waited
// for here is only its departure.
void start_guardian(int socket, const std::vector<std::string>& settings) {
    std::vector<std::string> words{"python3", "-I", POSTGRES_GUARDIAN, "--templates=" POSTGRES_TEMPLATES};
    words.insert(words.end(), settings.begin(), settings.end());
    std::vector<char*> pointers;
    for (std::string& word : words)
        pointers.push_back(word.data());
    pointers.push_back(nullptr);

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, socket, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, socket, STDOUT_FILENO);
    pid_t child = 0;
    const int error = ::posix_spawnp(&child, "python3", &actions, nullptr, pointers.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) throw std::system_error{error, std::generic_category(), "cannot start python3"};
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
}

}  // namespace

PostgresCluster::PostgresCluster(const std::vector<std::string>& settings) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        throw std::system_error{errno, std::generic_category(), "socketpair"};
    guardian_ = ends[0];
    try {
        start_guardian(ends[1], settings);
        ::close(ends[1]);
        ends[1] = -1;
        folder_ = answer();
    } catch (...) {
        ::close(ends[0]);
        if (ends[1] >= 0) ::close(ends[1]);
        throw;
    }
}

PostgresCluster::~PostgresCluster() {
    // The end of its input is the guardian's sign to clean up, and the end of its output says that it has.
    ::shutdown(guardian_, SHUT_WR);
    char rest;
    pollfd readable{guardian_, POLLIN, 0};
    while (::poll(&readable, 1, kDeadlineMs) > 0 && ::read(guardian_, &rest, 1) > 0) {
    }
    ::close(guardian_);
}

std::string PostgresCluster::answer() {
    std::string line;
    for (char next = 0;;) {
        pollfd readable{guardian_, POLLIN, 0};
        const int ready = ::poll(&readable, 1, kDeadlineMs);
        if (ready < 0 && errno == EINTR) continue;
        if (ready == 0) throw std::runtime_error{"the guardian of PostgreSQL does not answer"};
        if (::read(guardian_, &next, 1) != 1)
            throw std::runtime_error{"the guardian of PostgreSQL has ended"};
        if (next == '\n') break;
        line += next;
    }
    if (!line.starts_with("ok ")) throw std::runtime_error{line};
    return line.substr(3);
}

std::string PostgresCluster::ask(const std::string& command) {
    const std::lock_guard lock{mutex_};
    const std::string line = command + "\n";
    if (::send(guardian_, line.data(), line.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(line.size()))
        throw std::system_error{errno, std::generic_category(), "the guardian of PostgreSQL has ended"};
    return answer();
}

std::string PostgresCluster::create_database() {
    return ask("create_database");
}

std::string PostgresCluster::url(const std::string& database) const {
    return "postgresql:///" + database + "?host=" + folder_ + "&user=postgres";
}

std::string PostgresCluster::odbc(const std::string& database) const {
    // Protocol=7.4-0: an error ends the transaction, as everywhere else, instead of a savepoint per
    // statement.
    return "Driver={PostgreSQL Unicode};Servername=" + folder_ + ";Database=" + database +
           ";Username=postgres;Protocol=7.4-0";
}

void PostgresCluster::stop() {
    ask("stop");
}

void PostgresCluster::kill() {
    ask("kill");
}

void PostgresCluster::start() {
    ask("start");
}

void PostgresCluster::pause() {
    ask("pause");
}

void PostgresCluster::resume() {
    ask("resume");
}

PostgresCluster& shared_postgres() {
    static PostgresCluster cluster;
    return cluster;
}

}  // namespace jobhost::test
