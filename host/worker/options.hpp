// What the host tells a worker when it starts it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace jobhost::worker {

// What a worker may use and reach, from before the plugin is loaded to its end.
struct Confinement {
    enum class Profile : std::uint8_t { none, standard, strict };

    std::uint64_t memory = 0;   // bytes of data; 0: no limit
    std::int64_t cpu_time = 0;  // us of one run; 0: no limit
    std::uint64_t descriptors = 1024;
    Profile profile = Profile::standard;
    // Of the profile `strict`, beside what every program needs.
    std::vector<std::string> readable;  // files and folders
    std::vector<std::string> writable;  // likewise; they may be read, too
    bool has_network = false;
    bool has_programs = false;
};

struct Options {
    pid_t parent = 0;
    int protocol = 0;
    bool is_probe = false;
    std::string scratch;  // the worker's own folder; empty: it has none
    Confinement confinement;
};

// As words of a command line, and back. Unknown words mean nothing: kProtocolVersion says who fits together.
std::vector<std::string> words_of(const Options& options);
Options read_options(int count, char** words);

}  // namespace jobhost::worker
