#include "config/yaml_json.hpp"
#include "host/command_line/makes_jobs.hpp"
#include "host/command_line/text.hpp"
#include "host/command_line/who.hpp"
#include "host/observe/printable.hpp"
#include "host/requests/batch_request.hpp"
#include "host/requests/repeated_key.hpp"
#include "host/scheduling/staging.hpp"
#include "host/worker/limits.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <sstream>
#include <unistd.h>
#include <utility>

namespace jobhost::host {

namespace {

namespace json = boost::json;

// JSON may be larger than YAML, which is read with the place of everything in it.
std::string text_of(const std::filesystem::path& file) {
    if (file.extension() == ".json") {
        std::ifstream input{file, std::ios::binary};
        std::ostringstream text;
        if (!input || !(text << input.rdbuf()))
            throw CommandError{kWrongUse, file.string() + ": cannot be read"};
        return text.str();
    }
    auto read = config::yaml_as_json(file);
    if (auto* text = std::get_if<std::string>(&read)) return std::move(*text);
    std::string message;
    for (const config::ConfigError& error : std::get<1>(read))
        message += (message.empty() ? "" : "\n") + config::to_text(error);
    throw CommandError{kWrongUse, message};
}

json::value read(const std::filesystem::path& file) {
    const std::string text = text_of(file);
    json::parse_options options;
    options.max_depth = worker::kMaxJsonDepth;
    json::error_code error;
    json::value value = json::parse(text, error, {}, options);
    if (error) throw CommandError{kWrongUse, file.string() + ": is not JSON: " + error.message()};
    try {
        refuse_repeated_keys(text);
    } catch (const BadRequest& repeated) {
        throw CommandError{kWrongUse, file.string() + ": " + repeated.what()};
    }
    return value;
}

std::vector<Inserted> hand_in(Submission submission, storage::WorkflowStore& workflows) {
    const std::size_t count = submission.jobs.size();
    bool is_progress_shown = false;
    const auto show_progress = [&](std::size_t done) {
        if (::isatty(STDERR_FILENO) == 0) return;
        std::cerr << "\rhanded in " << done << " of " << count << std::flush;
        is_progress_shown = true;
    };
    std::vector<Inserted> answers = hand_in(std::move(submission), workflows, who(), show_progress);
    if (is_progress_shown) show_progress(count), std::cerr << '\n';
    return answers;
}

}  // namespace

int batch_create(const GlobalOptions& global, const BatchCreateOptions& options) {
    const auto opened = open_with_definitions(global);
    MakesJobs makes{*opened, options.allow_unknown_type};
    Submission submission = batch_submission(read(options.file), options.file, makes.maker);
    number(submission, opened->storage->jobs());
    const BatchId id = submission.batches.front().id;
    const std::vector<Inserted> answers = hand_in(std::move(submission), opened->storage->workflows());
    const std::size_t count = answers.size();
    const auto made = static_cast<std::size_t>(std::ranges::count(answers, true, &Inserted::is_new));
    if (global.json)
        std::cout << json::object{{"id", std::to_string(id.value)}, {"jobs", count}, {"new_jobs", made}}
                  << '\n';
    else
        std::cout << id.value << '\n';
    if (made < count)
        std::cerr << count - made << " of " << counted(count, "job")
                  << " were not enqueued, as others have their unique keys\n";
    return kDone;
}

}  // namespace jobhost::host
