// What a job throws to say how its run ended. Any other std::exception fails the run too and is tried again.
#pragma once

#include <chrono>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

namespace jobhost {

// The run failed; it is tried again as the job's policy says.
class Error : public std::runtime_error {
public:
    // `code` is a short stable word that policies can match ("smtp.refused"), `message` a sentence for a
    // person. `detail` is what else helps to find the cause, such as a stack trace; cut at 64 KiB.
    Error(std::string code, const std::string& message, std::string detail = {})
        : std::runtime_error(message), code_(std::move(code)), detail_(std::move(detail)) {}

    const std::string& code() const noexcept { return code_; }
    const std::string& detail() const noexcept { return detail_; }

private:
    std::string code_;
    std::string detail_;
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

// This run was given up for dead and the job runs elsewhere, or soon will: nothing that it does counts any
// more. Let it pass.
class Lost : public Error {
public:
    explicit Lost(const std::string& message) : Error("lost", message) {}
};

// The run has nothing to do yet: the job runs again after `delay`, and no attempt is used up.
class Snoozed : public std::exception {
public:
    // More than 0, at most 365 days.
    template <class Rep, class Period>
    explicit Snoozed(std::chrono::duration<Rep, Period> delay) {
        constexpr std::chrono::hours longest{24 * 365};
        delay_ = delay > longest ? longest + std::chrono::hours{1}  // which the host refuses
                                 : std::chrono::ceil<std::chrono::microseconds>(delay);
    }

    std::chrono::microseconds delay() const noexcept { return delay_; }
    const char* what() const noexcept override { return "snoozed"; }

private:
    std::chrono::microseconds delay_;
};

}  // namespace jobhost
