#include "config/source_text.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <string_view>

namespace jobhost::config {
namespace {

constexpr std::size_t kLargest = 1 << 20;

// How many bytes the UTF-8 character at the front of `text` has; 0 if there is none.
std::size_t character_size(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return 1;
    const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return 0;
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return 0;
    }
    const unsigned char second = byte(1);
    const bool is_overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
    const bool is_surrogate = lead == 0xED && second > 0x9F;
    const bool is_too_large = lead == 0xF4 && second > 0x8F;
    return is_overlong || is_surrogate || is_too_large ? 0 : size;
}

bool is_control(char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
}

// Where `text` stops being UTF-8 text.
std::optional<TextProblem> find_fault(std::string_view text) {
    int line = 1;
    int column = 1;
    while (!text.empty()) {
        const std::size_t size = character_size(text);
        if (size == 0) return TextProblem{line, column, "is not UTF-8", "save the file as UTF-8"};
        if (is_control(text.front())) {
            std::array<char, 8> code{};
            std::snprintf(code.data(), code.size(), "0x%02X", static_cast<unsigned>(text.front()));
            return TextProblem{line, column, "is the control character " + std::string(code.data()), ""};
        }
        column = text.front() == '\n' ? 1 : column + 1;
        if (text.front() == '\n') ++line;
        text.remove_prefix(size);
    }
    return std::nullopt;
}

TextProblem whole_file(std::string problem) {
    return {0, 0, std::move(problem), ""};
}

struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
};

// Some files of the kernel look like any other and make their readers wait.
std::FILE* open_without_waiting(const std::filesystem::path& file) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    return descriptor < 0 ? nullptr : ::fdopen(descriptor, "rb");
}

}  // namespace

std::variant<std::string, TextProblem> read_text_file(const std::filesystem::path& file) {
    std::error_code error;
    if (std::filesystem::is_directory(file, error)) return whole_file("is a folder");
    if (std::filesystem::is_symlink(file, error) && !std::filesystem::exists(file, error))
        return whole_file("is a link to a file that is not there");
    if (std::filesystem::exists(file, error) && !std::filesystem::is_regular_file(file, error))
        return whole_file("is not a regular file");
    const std::unique_ptr<std::FILE, Close> stream(open_without_waiting(file));
    if (!stream) return whole_file("cannot be read: " + std::string(std::strerror(errno)));
    std::string text(kLargest + 1, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), stream.get()));
    if (std::ferror(stream.get()) != 0)
        return whole_file("cannot be read: " + std::string(std::strerror(errno)));
    if (text.size() > kLargest) return whole_file("is larger than 1 MiB");
    if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
    if (auto fault = find_fault(text)) return *std::move(fault);
    return text;
}

}  // namespace jobhost::config
