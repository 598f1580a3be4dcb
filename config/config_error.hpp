// One thing that is wrong in what the operator wrote.
#pragma once

#include <string>
#include <vector>

namespace jobhost::config {

struct Position {
    std::string file;  // as the operator would name it from where jobhost was started
    int line = 0;      // from 1; 0: the file as a whole
    int column = 0;    // from 1, in characters
    friend bool operator==(const Position&, const Position&) = default;
};

struct ConfigError {
    Position where;
    std::string path;     // "jobs.nightly.retry.attempts"; empty where the text is not even YAML
    std::string problem;  // "must be 0 to 1000, is 2000"; holds no value of `args` and no storage URL
    std::string hint;     // "did you mean 'retry'?", or empty
    friend bool operator==(const ConfigError&, const ConfigError&) = default;
};

// "jobhost.yaml:14:7  server.workerz  is not a setting  did you mean 'workers'?", in one line without its
// end.
std::string to_text(const ConfigError& error);
// "jobs.d/mail.yaml:2:3", or only the file.
std::string to_text(const Position& position);

// By file, line and column.
void sort(std::vector<ConfigError>& errors);

}  // namespace jobhost::config
