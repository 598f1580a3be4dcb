// What definition files make of the definitions.
#pragma once

#include "storage/soci/definition_rows.hpp"

#include <functional>
#include <set>
#include <span>
#include <string>

namespace jobhost::storage {

// One apply: who applies, and when. Of one transaction.
class SourceWriter {
public:
    SourceWriter(Session& session, std::string server)
        : session_{session}, server_{std::move(server)}, now_{session.now()} {}

    // Whether a source that is not among those given is gone; asked with who applied it last.
    using IsGone = std::function<bool(const std::string& source, const std::string& applied_by)>;

    // Makes the database hold these, and nothing of what is gone. Throws refused for a name that belongs to
    // another source.
    Applied apply(std::span<const SourceDefinitions> sources, const IsGone& is_gone);

private:
    std::set<std::string> names_of_ours(const IsGone& is_gone);
    void put(const std::string& source, const Definition& definition, bool is_ours);
    void insert(const std::string& source, const Definition& definition);
    void change(const std::string& source, const DefinitionRow& row, const Definition& definition);
    void retire(const std::string& name);
    void note(DefinitionChange::Kind kind, const std::string& source, const DefinitionRow* before,
              const Definition* after);

    Session& session_;
    const std::string server_;
    const TimePoint now_;
    std::set<std::string> given_;
    Applied applied_;
};

}  // namespace jobhost::storage
