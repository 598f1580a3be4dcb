// Why a plugin cannot be used.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace jobhost::worker {

class Refusal : public std::runtime_error {
public:
    Refusal(const std::string& reason, std::string remedy)
        : std::runtime_error{reason}, remedy_{std::move(remedy)} {}
    const std::string& remedy() const noexcept { return remedy_; }

private:
    std::string remedy_;
};

}  // namespace jobhost::worker
