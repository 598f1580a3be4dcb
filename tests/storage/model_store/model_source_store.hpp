#pragma once

#include "storage/source_store.hpp"
#include "tests/storage/model_store/model_database.hpp"

namespace jobhost::storage::model {

class ModelSourceStore final : public SourceStore {
public:
    explicit ModelSourceStore(Opened& opened) : opened_{opened} {}

    SourcesApplied apply(const SourceFiles& files) override;
    SourcesApplied plan(const SourceFiles& files) override;
    std::vector<SourceRevision> revisions() override;
    void set_refusal(const std::string& application, const std::string& server,
                     const std::string& problems) override;
    std::vector<Refusal> refusals() override;

private:
    Opened& opened_;
};

}  // namespace jobhost::storage::model
