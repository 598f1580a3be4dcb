// What can be wrong with a database, in the five ways that callers can do something about.
#pragma once

#include <stdexcept>
#include <string>

namespace jobhost::storage {

class StorageError : public std::runtime_error {
public:
    enum class Kind {
        unavailable,  // not there, not permitted, full: back off and try again
        busy,         // locked by others beyond the deadline: try again
        conflict,     // a rule of the schema was broken by this very request
        corrupt,      // the file or its schema is not what it must be: a person has to act
        refused,      // the request itself is wrong
    };

    // `message` is a sentence for an operator; it never holds values of parameters.
    StorageError(Kind kind, const std::string& message) : std::runtime_error{message}, kind_{kind} {}

    Kind kind() const noexcept { return kind_; }

private:
    Kind kind_;
};

// Refused although the request is right: something that is so now stands in its way, such as the holder of a
// unique key. It may be made again later.
class RefusedForNow : public StorageError {
public:
    explicit RefusedForNow(const std::string& message) : StorageError{Kind::refused, message} {}
};

}  // namespace jobhost::storage
