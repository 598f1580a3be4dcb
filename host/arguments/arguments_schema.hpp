// The JSON Schema by which a job type describes its arguments, and what in given ones does not fit it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace jobhost::host {

// Schemas are read as draft 7 and as those that the SDK writes; what later drafts added is not looked at. The
// job's own code has the last word in any case. Unchanged after its construction: thread-safe.
class ArgumentsSchema {
public:
    // Throws std::invalid_argument, with a sentence, for a schema that cannot be used: one that is not JSON,
    // or that refers to something elsewhere.
    explicit ArgumentsSchema(std::string_view schema);
    ~ArgumentsSchema();
    ArgumentsSchema(ArgumentsSchema&&) noexcept;
    ArgumentsSchema& operator=(ArgumentsSchema&&) noexcept;

    // All that is wrong, each with its JSON pointer: "/to is missing", "/width must be an integer, is \"a\"".
    // Empty: they fit. As in the SDK, a member that is null counts as missing, and 2.0 as an integer.
    // REQUIRES: `arguments` is JSON, of at most worker::kMaxJsonDepth levels.
    std::vector<std::string> problems_of(std::string_view arguments) const;

private:
    struct Parsed;
    std::unique_ptr<const Parsed> parsed_;
};

}  // namespace jobhost::host
