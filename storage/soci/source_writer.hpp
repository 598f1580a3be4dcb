// What definition files make of the definitions.
#pragma once

#include "storage/soci/definition_rows.hpp"
#include "storage/soci/sized_rows.hpp"

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace jobhost::storage {

// One apply. Of one transaction.
class SourceWriter {
public:
    SourceWriter(Session& session, const std::string& server);

    // Makes the database hold these, and nothing of the sources that are gone. Throws refused for a name that
    // belongs to another source.
    Applied apply(std::span<const SourceDefinitions> sources, const std::set<std::string>& gone);

private:
    void find(std::span<const SourceDefinitions> sources, const std::set<std::string>& gone);
    void pause_groups();
    void put(const std::string& source, const Definition& definition);
    void change(const std::string& source, const DefinitionRow& row, const Definition& definition,
                std::string body);
    void note(DefinitionChange::Kind kind, const std::string& source, const DefinitionRow* before,
              const Definition* after);

    Session& session_;
    const TimePoint now_;
    SizedRows inserts_;
    SizedRows changes_;
    std::map<std::string, DefinitionRow> there_;  // retired ones included
    std::set<std::string> ours_;                  // what these files may change, and has not been given yet
    std::set<std::vector<std::string>> groups_;   // those that fire together
    Applied applied_;
};

}  // namespace jobhost::storage
