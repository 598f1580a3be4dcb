// What is asked for makes no sense.
#pragma once

#include <stdexcept>

namespace jobhost::host {

// The text is a sentence for whoever asked; it names the culprit, and holds no values of arguments.
class BadRequest : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace jobhost::host
