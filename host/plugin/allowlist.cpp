#include "host/plugin/allowlist.hpp"

#include "host/plugin/plugin_refused.hpp"

#include <algorithm>
#include <sstream>

namespace jobhost::host {

namespace {

constexpr std::size_t kLargest = std::size_t{1} << 20;
constexpr std::size_t kDigits = 64;

struct Line {
    std::string digest;  // small letters
    std::string name;
};

// "DIGEST  NAME" or "DIGEST *NAME"; with a \ in front where the name has escapes.
std::optional<Line> parse(std::string text) {
    if (text.ends_with('\r')) text.pop_back();
    if (text.starts_with('\\')) text.erase(0, 1);
    Line line{.digest = text.substr(0, kDigits), .name = {}};
    std::ranges::transform(line.digest, line.digest.begin(), [](char c) {
        return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    const bool is_digest = line.digest.size() == kDigits &&
                           line.digest.find_first_not_of("0123456789abcdef") == std::string::npos;
    const std::string_view rest = std::string_view{text}.substr(std::min(text.size(), kDigits));
    if (!is_digest || rest.size() < 3 || (!rest.starts_with("  ") && !rest.starts_with(" *")))
        return std::nullopt;
    line.name = std::filesystem::path{rest.substr(2)}.filename().string();
    return line;
}

}  // namespace

void check_listed(const std::filesystem::path& list, const Owners& owners, const std::string& file,
                  const std::string& digest) {
    const auto text =
        TrustedFolder::open(list.parent_path(), owners).text(list.filename().string(), kLargest);
    if (!text)
        throw PluginRefused{"the allowlist " + list.string() + " is not there",
                            "make it with sha256sum, or name another as plugins.trust.allowlist"};
    bool is_listed = false;
    std::string other;  // where its name has another digest
    std::istringstream lines{*text};
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
        if (line.empty() || line.starts_with('#')) continue;
        const std::string place = list.string() + ":" + std::to_string(number);
        const auto parsed = parse(line);
        if (!parsed)
            throw PluginRefused{place + " is no line of sha256sum",
                                "write 64 hexadecimal digits, two blanks and the name of a file"};
        is_listed = is_listed || parsed->digest == digest;
        if (parsed->name == file) other = place;
    }
    if (is_listed) return;
    throw PluginRefused{"its SHA-256 " + digest + " is not on the allowlist " + list.string() +
                            (other.empty() ? "" : "; " + other + " has another for " + file),
                        "if it is the right file, add what sha256sum prints for it"};
}

}  // namespace jobhost::host
