#pragma once

#include "storage/soci/database.hpp"
#include "storage/source_store.hpp"

namespace jobhost::storage {

class SociSourceStore final : public SourceStore {
public:
    // Outlives the store.
    explicit SociSourceStore(Database& database) : database_{database} {}

    SourcesApplied apply(const SourceFiles& files) override;
    SourcesApplied plan(const SourceFiles& files) override;
    std::vector<SourceRevision> revisions() override;
    void set_refusal(const std::string& application, const std::string& server,
                     const std::string& problems) override;
    std::vector<Refusal> refusals() override;

private:
    Database& database_;
};

}  // namespace jobhost::storage
