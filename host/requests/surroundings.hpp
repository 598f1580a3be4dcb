// Where the names in a request are looked up.
#pragma once

#include "storage/definition_store.hpp"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jobhost::host {

// Every call may throw StorageError.
class KnownTypes {
public:
    virtual ~KnownTypes() = default;

    // The payload version to stamp jobs of that type with; nothing: nobody knows the type.
    virtual std::optional<int> payload_version(const std::string& type) = 0;
    // What in `arguments` (JSON) does not fit that type; empty: they do, or nobody can tell.
    virtual std::vector<std::string> problems_of(const std::string& type, std::string_view arguments) = 0;
    // Whether whoever asks may hand in jobs of that type by themselves.
    virtual bool is_permitted(const std::string& type) = 0;
    // "no plugin has the job type 'mail.sned'; did you mean 'mail.send'?"
    virtual std::string unknown_text(const std::string& type) = 0;
};

// Every call may throw StorageError.
class KnownDefinitions {
public:
    virtual ~KnownDefinitions() = default;

    virtual bool contains(const std::string& name) = 0;
    // Valid until the next call of either.
    virtual std::span<const storage::StoredDefinition> all() = 0;
    // Where the file of a source lies; nothing: not here.
    virtual std::optional<std::filesystem::path> folder(const std::string& source) = 0;
};

}  // namespace jobhost::host
