// Texts of a definition that refer to what is known only when it is handed in: "backups/${date}.db".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jobhost {

// A reference is "${name}"; "$${" stands for "${" itself.
struct TextPart {
    std::string text;  // as it is to be read, or the name: "item.email"
    bool is_reference = false;
    friend bool operator==(const TextPart&, const TextPart&) = default;
};

// The parts of `text`; no two that are no reference stand beside each other. Nothing: a "${" has no "}".
std::optional<std::vector<TextPart>> parts_of(std::string_view text);
// The other way round. Where one part ends in '$' and the next makes a "${" of that, it yields other parts.
std::string text_of(const std::vector<TextPart>& parts);

// Whether `name` is `word`, or a part of it: "item.address.city" of "item".
bool refers_to(std::string_view name, std::string_view word);

}  // namespace jobhost
