// What is asked for cannot be done.
#pragma once

#include <stdexcept>
#include <string>

namespace jobhost::host {

// The text is a sentence for whoever asked; it names the culprit, and holds no values of arguments.
class BadRequest : public std::runtime_error {
public:
    explicit BadRequest(const std::string& why, bool may_pass = false)
        : std::runtime_error{why}, may_pass_{may_pass} {}

    // It makes sense, but lacks something that may come, such as a server that has the job's type.
    static BadRequest for_now(const std::string& why) { return BadRequest{why, true}; }

    bool may_pass() const noexcept { return may_pass_; }
    // The same, said of a part of the request.
    BadRequest in(const std::string& place) const { return BadRequest{place + ": " + what(), may_pass_}; }

private:
    bool may_pass_;
};

}  // namespace jobhost::host
