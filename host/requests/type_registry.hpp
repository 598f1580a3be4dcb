// Job types, and what their arguments have to look like.
#pragma once

#include "host/arguments/arguments_schema.hpp"
#include "storage/server_store.hpp"

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jobhost::host {

// One thread.
class TypeRegistry {
public:
    // Is told of a schema that cannot be used. The job's own code checks in any case.
    using Unusable = std::function<void(const std::string& type, const std::string& why)>;

    explicit TypeRegistry(Unusable unusable = [](const std::string&, const std::string&) {})
        : unusable_{std::move(unusable)} {}

    // Several servers may run different builds of a plugin: new jobs get the lowest payload version, which
    // the most of them understand, and what fits one of the schemas of that version fits.
    void add(const storage::ServedType& served);
    // Takes these in place of all.
    void replace_by(std::span<const storage::ServedType> served);

    bool contains(const std::string& type) const { return types_.contains(type); }
    // That jobs of that type are stamped with; nothing: there is none.
    std::optional<int> payload_version(const std::string& type) const;
    bool is_privileged(const std::string& type) const;
    // What in `arguments` (JSON) does not fit; empty: they do, or nobody can tell.
    std::vector<std::string> problems_of(const std::string& type, std::string_view arguments);
    // "; did you mean 'mail.send'?", or nothing.
    std::string nearest(const std::string& type) const;

private:
    struct Known {
        int payload_version = 1;
        bool is_privileged = false;
        std::vector<std::string> schemas;  // of that version; an empty one takes anything
        std::optional<std::vector<ArgumentsSchema>> read_schemas;  // once they were needed
    };

    const std::vector<ArgumentsSchema>& schemas_of(const std::string& type, Known& known);

    Unusable unusable_;
    std::map<std::string, Known> types_;
};

}  // namespace jobhost::host
