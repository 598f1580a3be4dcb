// Range-checked reading of an ELF file, of whatever bytes it is made.
#pragma once

#include "host/plugin/plugin_refused.hpp"

#include <cstddef>
#include <cstring>
#include <elf.h>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

namespace jobhost::host {

// A part of the file. Small and copied freely; the bytes are not ours.
class ElfBytes {
public:
    explicit ElfBytes(std::span<const std::byte> bytes) : bytes_{bytes} {}

    std::size_t size() const noexcept { return bytes_.size(); }

    bool holds(std::uint64_t offset, std::uint64_t size) const noexcept {
        return offset <= bytes_.size() && size <= bytes_.size() - offset;
    }
    // Throws PluginRefused if the part is not inside.
    ElfBytes part(std::uint64_t offset, std::uint64_t size) const {
        if (!holds(offset, size))
            throw PluginRefused{
                "the file is cut off or damaged: it refers to bytes beyond its end",
                "copy it again, to a temporary name first, and rename it when it is complete"};
        return ElfBytes{bytes_.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(size))};
    }
    // A copy, because the file aligns nothing for us.
    template <class T>
    T read(std::uint64_t offset) const {
        static_assert(std::is_trivially_copyable_v<T>);
        T value;
        std::memcpy(&value, part(offset, sizeof value).bytes_.data(), sizeof value);
        return value;
    }
    // The text at `offset` up to its NUL or the end; empty if `offset` is outside.
    std::string_view text(std::uint64_t offset) const noexcept {
        if (offset >= bytes_.size()) return {};
        const auto* begin = reinterpret_cast<const char*>(bytes_.data()) + offset;
        return {begin, strnlen(begin, bytes_.size() - static_cast<std::size_t>(offset))};
    }
    bool has_bytes(std::uint64_t offset, std::string_view wanted) const noexcept {
        return holds(offset, wanted.size()) &&
               std::memcmp(bytes_.data() + offset, wanted.data(), wanted.size()) == 0;
    }
    // True if exactly `wanted` and a NUL stand at `offset`. Looks at no more bytes than that.
    bool has_text(std::uint64_t offset, std::string_view wanted) const noexcept {
        return has_bytes(offset, wanted) && has_bytes(offset + wanted.size(), {"", 1});
    }
    // Where `pattern` first stands.
    std::optional<std::size_t> find(std::span<const unsigned char> pattern) const noexcept {
        const void* found = memmem(bytes_.data(), bytes_.size(), pattern.data(), pattern.size());
        if (!found) return std::nullopt;
        return static_cast<std::size_t>(static_cast<const std::byte*>(found) - bytes_.data());
    }

private:
    std::span<const std::byte> bytes_;
};

}  // namespace jobhost::host
