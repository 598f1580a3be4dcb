#include "tests/storage/model_store/model_cycles.hpp"

namespace jobhost::storage::model {

namespace {

// Each stands for an instant: a job's run, a batch's beginning, a batch's end.
enum class Kind { run, begin, end };
using Node = std::pair<Kind, std::int64_t>;

class Graph {
public:
    explicit Graph(const ModelDatabase& database) : database_{database} {
        for (const auto& [id, job] : database.jobs)
            if (job.seen.batch) members_[*job.seen.batch].push_back({Kind::run, id.value});
        for (const auto& [id, batch] : database.batches)
            if (batch.seen.within) members_[*batch.seen.within].push_back({Kind::end, id.value});
    }

    // What has to come first.
    std::vector<Node> before(const Node& node) const {
        std::vector<Node> nodes;
        const auto& [kind, id] = node;
        if (kind == Kind::run) {
            const auto found = database_.jobs.find(JobId{id});
            if (found == database_.jobs.end()) return nodes;
            add_ends(nodes, found->second.parents);
            add_beginning(nodes, found->second.seen.batch);
        } else if (kind == Kind::begin) {
            const Batch& batch = database_.batches.at(BatchId{id}).seen;
            add_ends(nodes, batch.parents);
            add_beginning(nodes, batch.within);
        } else {
            const auto found = members_.find(BatchId{id});
            if (found != members_.end()) nodes = found->second;
            if (database_.batches.contains(BatchId{id})) nodes.push_back({Kind::begin, id});
        }
        return nodes;
    }

private:
    static void add_ends(std::vector<Node>& nodes, const std::vector<ParentEnd>& parents) {
        for (const ParentEnd& end : parents)
            if (const auto* job = std::get_if<JobId>(&end.parent.of))
                nodes.push_back({Kind::run, job->value});
            else
                nodes.push_back({Kind::end, std::get<BatchId>(end.parent.of).value});
    }
    static void add_beginning(std::vector<Node>& nodes, const std::optional<BatchId>& batch) {
        if (batch) nodes.push_back({Kind::begin, batch->value});
    }

    const ModelDatabase& database_;
    std::map<BatchId, std::vector<Node>> members_;
};

}  // namespace

bool is_in_cycle(const ModelDatabase& database, const std::vector<JobId>& jobs,
                 const std::vector<BatchId>& batches) {
    const Graph graph{database};
    std::vector<Node> starts;
    for (const JobId id : jobs)
        starts.push_back({Kind::run, id.value});
    for (const BatchId id : batches)
        starts.push_back({Kind::end, id.value});

    enum class Seen { on_the_way, done };
    std::map<Node, Seen> seen;
    struct Visit {
        Node node;
        std::vector<Node> left;
    };
    for (const Node& start : starts) {
        if (seen.contains(start)) continue;
        std::vector<Visit> way{{start, graph.before(start)}};
        seen[start] = Seen::on_the_way;
        while (!way.empty()) {
            if (way.back().left.empty()) {
                seen[way.back().node] = Seen::done;
                way.pop_back();
                continue;
            }
            const Node next = way.back().left.back();
            way.back().left.pop_back();
            const auto known = seen.find(next);
            if (known != seen.end() && known->second == Seen::on_the_way) return true;
            if (known != seen.end()) continue;
            seen[next] = Seen::on_the_way;
            way.push_back({next, graph.before(next)});
        }
    }
    return false;
}

}  // namespace jobhost::storage::model
