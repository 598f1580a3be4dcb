// A connection of SOCI's own backends, which suit SQLite and PostgreSQL.
#pragma once

#include "storage/soci/session.hpp"

#include <soci/soci.h>

#include <memory>
#include <unordered_map>

namespace jobhost::storage {

class SociSession final : public Session {
public:
    // Opens a connection; `catalog` must outlive the session.
    SociSession(const soci::backend_factory& factory, const std::string& connection,
                const StatementCatalog& catalog);
    ~SociSession() override;

    soci::session& raw() noexcept { return session_; }

private:
    class Statement;

    long long run(const std::string& text, bool keep, const Parameters& parameters,
                  std::span<const ColumnKind> columns, const RowSink& sink) override;
    long long run_kept(const std::string& text, const Parameters& parameters,
                       std::span<const ColumnKind> columns, const RowSink& sink);

    soci::session session_;
    // After the session, which cannot close while statements are open.
    std::unordered_map<const std::string*, std::unique_ptr<Statement>> kept_;
};

}  // namespace jobhost::storage
