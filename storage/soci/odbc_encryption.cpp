#include "storage/soci/odbc_encryption.hpp"

#include "storage/storage_error.hpp"

#include <algorithm>
#include <map>
#include <string>

namespace jobhost::storage {

namespace {

std::string lowered(std::string_view text) {
    std::string lower{text};
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    const auto first = lower.find_first_not_of(' ');
    if (first == std::string::npos) return {};
    return lower.substr(first, lower.find_last_not_of(' ') - first + 1);
}

// Takes "value;" or "{value};" off `text`. In braces a semicolon is part of the value.
std::string take_value(std::string_view& text) {
    const auto begin = text.find_first_not_of(' ');
    const bool is_braced = begin != std::string_view::npos && text[begin] == '{';
    const auto brace = is_braced ? text.find("};", begin) : 0;
    const auto end = brace == std::string_view::npos ? brace : text.find(';', brace);
    const std::string value{text.substr(0, end)};
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return value;
}

// By name in small letters.
std::map<std::string, std::string> attributes_of(std::string_view connection) {
    std::map<std::string, std::string> attributes;
    while (!connection.empty()) {
        const auto equals = connection.find('=');
        if (equals == std::string_view::npos) break;
        const std::string name = lowered(connection.substr(0, equals));
        connection.remove_prefix(equals + 1);
        attributes.emplace(name, lowered(take_value(connection)));
    }
    return attributes;
}

bool is_freetds(const std::string& driver) {
    return driver.find("freetds") != std::string::npos || driver.find("tdsodbc") != std::string::npos;
}

}  // namespace

void refuse_ignored_encryption(std::string_view connection) {
    const auto attributes = attributes_of(connection);
    const auto driver = attributes.find("driver");
    if (driver == attributes.end() || !is_freetds(driver->second) || !attributes.contains("encrypt")) return;
    throw StorageError{StorageError::Kind::refused,
                       "storage.url says Encrypt=, which FreeTDS ignores: its connection would not be "
                       "encrypted; write Encryption=require instead"};
}

}  // namespace jobhost::storage
