// What a job throws to say how its run ended. Any other std::exception fails the run too and is tried again.
#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

namespace jobhost {

// The run failed; it is tried again as the job's policy says.
class Error : public std::runtime_error {
public:
    // `code` is a short stable word that policies can match ("smtp.refused"), `message` a sentence for a
    // person.
    Error(std::string code, const std::string& message)
        : std::runtime_error(message), code_(std::move(code)) {}

    const std::string& code() const noexcept { return code_; }

private:
    std::string code_;
};

// The run failed, and trying again cannot help.
class FatalError : public Error {
public:
    using Error::Error;
};

// The arguments make no sense, so trying again cannot help. Begin `message` with the JSON pointer of the
// culprit:
// "/width must be even".
class BadArguments : public Error {
public:
    explicit BadArguments(const std::string& message) : Error("bad_arguments", message) {}
};

// The run was asked to stop for good, and did. JobContext::check() throws it; so may a job.
class Cancelled : public std::exception {
public:
    const char* what() const noexcept override { return "cancelled"; }
};

// The run was asked to go on elsewhere, and stopped. JobContext::check() throws it; so may a job.
class Yielded : public std::exception {
public:
    const char* what() const noexcept override { return "yielded"; }
};

}  // namespace jobhost
