#include "storage/soci/soci_source_store.hpp"

#include "storage/soci/instants.hpp"
#include "storage/soci/source_writer.hpp"
#include "storage/storage_error.hpp"

#include <algorithm>
#include <map>

namespace jobhost::storage {

namespace {

// So many revisions of a source are known. An older one counts as one that never was.
constexpr std::int64_t kMostRevisions = 1000;
// Others may apply at the same moment; then their revisions are looked at anew.
constexpr int kAttempts = 5;

std::vector<SourceRevision> read_revisions(Session& session) {
    std::vector<SourceRevision> found;
    for (auto& [source, revision, digest, applied_by, applied_at] :
         session.rows<std::string, long long, std::string, std::string, long long>("source_list"))
        found.push_back(
            {std::move(source), revision, std::move(digest), std::move(applied_by), instant(applied_at)});
    return found;
}

class Application {
public:
    Application(Session& session, const SourceFiles& files) : session_{session}, files_{files} {
        for (SourceRevision& revision : read_revisions(session)) {
            std::string source = revision.source;
            held_.emplace(std::move(source), std::move(revision));
        }
    }

    SourcesApplied run() {
        std::vector<SourceDefinitions> counting;
        for (const SourceFile& file : files_.files) {
            const SourceRevision* held = held_of(file.definitions.source);
            if (held && held->digest != file.digest && is_older(file, *held)) {
                applied_.newer.push_back(*held);
                continue;
            }
            if (!held || held->digest != file.digest) add(file.definitions.source, file.digest);
            counting.push_back(file.definitions);
        }
        const std::set<std::string> gone = find_gone();
        for (const std::string& source : gone)
            add(source, "");
        applied_.definitions = SourceWriter{session_, files_.server}.apply(counting, gone);
        return std::move(applied_);
    }

private:
    const SourceRevision* held_of(const std::string& source) const {
        const auto found = held_.find(source);
        return found == held_.end() ? nullptr : &found->second;
    }

    // Nobody has a newer one than who brought the last.
    bool is_older(const SourceFile& file, const SourceRevision& held) {
        if (file.is_edited || files_.is_forced || held.applied_by == files_.server) return false;
        return !session_
                    .rows<long long>("source_had",
                                     {{"source", file.definitions.source}, {"digest", file.digest}})
                    .empty();
    }

    std::set<std::string> find_gone() const {
        std::set<std::string> gone{files_.vanished.begin(), files_.vanished.end()};
        if (files_.is_start || files_.is_forced)
            for (const auto& [source, held] : held_)
                if (source.starts_with(files_.application + "/") && held.applied_by == files_.server)
                    gone.insert(source);
        for (const SourceFile& file : files_.files)
            gone.erase(file.definitions.source);
        std::erase_if(gone, [&](const std::string& source) {
            const SourceRevision* held = held_of(source);
            return !held || held->digest.empty();
        });
        return gone;
    }

    void add(const std::string& source, const std::string& digest) {
        const SourceRevision* held = held_of(source);
        const std::int64_t revision = held ? held->revision + 1 : 1;
        session_.execute("source_add", {{"source", source},
                                        {"revision", revision},
                                        {"digest", digest},
                                        {"server", files_.server},
                                        {"now", micros(session_.now())}});
        if (revision > kMostRevisions)
            session_.execute("source_forget", {{"source", source}, {"revision", revision - kMostRevisions}});
    }

    Session& session_;
    const SourceFiles& files_;
    std::map<std::string, SourceRevision> held_;
    SourcesApplied applied_;
};

// Undoes the transaction that it leaves. Never leaves this file.
struct OnlyPlanned {};

}  // namespace

SourcesApplied SociSourceStore::apply(const SourceFiles& files) {
    for (int attempt = 1;; ++attempt) {
        try {
            SourcesApplied applied;
            database_.write([&](Session& session) { applied = Application{session, files}.run(); });
            return applied;
        } catch (const StorageError& error) {
            if (error.kind() != StorageError::Kind::conflict || attempt == kAttempts) throw;
        }
    }
}

// By doing it and undoing it, so that a plan and what comes of it cannot differ.
SourcesApplied SociSourceStore::plan(const SourceFiles& files) {
    SourcesApplied planned;
    try {
        database_.write([&](Session& session) {
            planned = Application{session, files}.run();
            throw OnlyPlanned{};
        });
    } catch (const OnlyPlanned&) {
    }
    return planned;
}

std::vector<SourceRevision> SociSourceStore::revisions() {
    std::vector<SourceRevision> found;
    database_.read([&](Session& session) { found = read_revisions(session); });
    return found;
}

void SociSourceStore::set_refusal(const std::string& application, const std::string& server,
                                  const std::string& problems) {
    database_.write([&](Session& session) {
        const auto stored =
            session.rows<std::string>("refusal_find", {{"application", application}, {"server", server}});
        if (stored.empty() ? problems.empty() : std::get<0>(stored.front()) == problems) return;
        session.execute("refusal_drop", {{"application", application}, {"server", server}});
        if (problems.empty()) return;
        session.execute("refusal_add", {{"application", application},
                                        {"server", server},
                                        {"problems", problems},
                                        {"now", micros(session.now())}});
    });
}

std::vector<Refusal> SociSourceStore::refusals() {
    std::vector<Refusal> found;
    database_.read([&](Session& session) {
        for (auto& [application, server, problems, refused_at] :
             session.rows<std::string, std::string, std::string, long long>("refusal_list"))
            found.push_back(
                {std::move(application), std::move(server), std::move(problems), instant(refused_at)});
    });
    return found;
}

}  // namespace jobhost::storage
