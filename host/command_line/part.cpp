#include "host/command_line/part.hpp"

#include <utility>

namespace jobhost::host {

namespace {

std::size_t bytes_of(const Submission& submission) {
    std::size_t bytes = 0;
    for (const NewJob& job : submission.jobs)
        bytes += job.arguments.size();
    return bytes;
}

// What was named has the first id.
bool is_batch(const Submission& made) {
    return !made.batches.empty() && made.batches.front().id == BatchId{-1};
}

}  // namespace

bool Part::has_room(const Line& line) const {
    return size_.has_room(line.made.count(), bytes_of(line.made));
}

void Part::add(Line line) {
    size_.add(line.made.count(), bytes_of(line.made));
    lines_.push_back(std::move(line));
}

std::string Part::look_text() const {
    return std::string{"jobhost "} + (begins_with_batch_ ? "batch" : "jobs") + " show " +
           std::to_string(first_id_.value);
}

std::vector<Inserted> Part::hand_in(storage::Storage& storage, const std::string& by) {
    struct Place {
        bool is_batch = false;
        std::size_t number = 0;  // among all batches, or all jobs
    };
    Submission all;
    std::vector<Place> places;
    for (Line& line : lines_) {
        if (is_batch(line.made))
            places.push_back({true, all.batches.size()});
        else
            places.push_back({false, all.jobs.size()});
        all.append(std::exchange(line.made, {}));
    }
    begins_with_batch_ = places.front().is_batch;
    first_id_ = number(all, storage.jobs());
    std::vector<Inserted> told;
    for (const Place& place : places)
        told.push_back({place.is_batch ? JobId{all.batches[place.number].id.value} : JobId{}});
    const std::vector<Inserted> answers = host::hand_in(std::move(all), storage.workflows(), by);
    for (std::size_t i = 0; i < places.size(); ++i)
        if (!places[i].is_batch) told[i] = answers.at(places[i].number);
    return told;
}

}  // namespace jobhost::host
