// A plugin that cannot be used. The last good version, if there is one, goes on.
#pragma once

#include <stdexcept>
#include <string>

namespace jobhost::host {

class PluginRefused : public std::runtime_error {
public:
    // `reason` and `remedy` are clauses for the operator: "it is not an ELF file", "build it as a shared
    // library".
    PluginRefused(const std::string& reason, std::string remedy)
        : std::runtime_error{reason}, remedy_{std::move(remedy)} {}

    std::string reason() const { return what(); }
    const std::string& remedy() const noexcept { return remedy_; }

private:
    std::string remedy_;
};

}  // namespace jobhost::host
