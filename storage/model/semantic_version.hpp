// Versions as https://semver.org has them.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace jobhost {

// A value. 1.2.0-rc.1 comes before 1.2.0; what follows a + does not count.
class SemanticVersion {
public:
    // MAJOR.MINOR.PATCH, then -PRERELEASE, then +BUILD; nothing if it is not that.
    static std::optional<SemanticVersion> parse(std::string_view text);

    friend std::strong_ordering operator<=>(const SemanticVersion& one, const SemanticVersion& other);
    friend bool operator==(const SemanticVersion& one, const SemanticVersion& other) {
        return (one <=> other) == std::strong_ordering::equal;
    }

private:
    std::array<std::uint64_t, 3> numbers_{};
    std::string prerelease_;  // words and numbers between dots
};

}  // namespace jobhost
