#include "tests/support/fake_plugin_host.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <chrono>
#include <dlfcn.h>
#include <stdexcept>
#include <utility>

namespace json = boost::json;

namespace jobhost::test {

// The functions of the table. Never throws into a plugin: a test that runs out of memory may end.
struct FakeHostFunctions {
    static FakeRun& run_of(jobhost_context* context) noexcept { return *reinterpret_cast<FakeRun*>(context); }

    static jobhost_text keep(FakeRun& run, std::string text) {
        const std::lock_guard lock(run.mutex_);
        const std::string& kept = run.texts_.emplace_back(std::move(text));
        return {kept.data(), kept.size()};
    }
    static jobhost_text text(const std::string& text) noexcept { return {text.data(), text.size()}; }

    static const json::value* at(FakeRun& run, jobhost_text pointer) {
        boost::system::error_code error;
        const json::value* value = run.arguments_.find_pointer({pointer.data, pointer.size}, error);
        return value && !value->is_null() ? value : nullptr;
    }

    static void log(jobhost_host*, jobhost_context* context, std::int32_t level, jobhost_text line) noexcept {
        if (!context) return;
        FakeRun& run = run_of(context);
        std::uint32_t bits = 0;
        {
            const std::lock_guard lock(run.mutex_);
            run.log.push_back({level, std::string(view(line))});
            if (run.stop_at_line_bits_ != 0 &&
                run.log.back().text.find(run.stop_at_line_) != std::string::npos)
                bits = std::exchange(run.stop_at_line_bits_, 0);
        }
        if (bits != 0) run.stop(bits);
    }
    static jobhost_status set_snooze(jobhost_context* context, std::int64_t delay_us) noexcept {
        if (delay_us <= 0 || delay_us > std::int64_t{365} * 24 * 3600 * 1'000'000) return JOBHOST_INVALID;
        run_of(context).snooze_us = delay_us;
        return JOBHOST_OK;
    }
    static jobhost_status set_detail(jobhost_context* context, jobhost_text text) noexcept {
        run_of(context).detail = view(text);
        return JOBHOST_OK;
    }
    static jobhost_status get_error(jobhost_context* context, jobhost_text* code,
                                    jobhost_text* message) noexcept {
        FakeRun& run = run_of(context);
        if (run.error_code.empty() && run.error_message.empty()) return JOBHOST_NOT_FOUND;
        if (code) *code = text(run.error_code);
        if (message) *message = text(run.error_message);
        return JOBHOST_OK;
    }
    // The run's answer, with words unless it is OK.
    static jobhost_status answer(FakeRun& run, jobhost_text* problem) noexcept {
        static const std::string words = "the host says no";
        if (run.answer != JOBHOST_OK && problem) *problem = text(words);
        return run.answer;
    }
    static jobhost_status load_checkpoint(jobhost_context* context, jobhost_text* out,
                                          jobhost_text* problem) noexcept {
        FakeRun& run = run_of(context);
        if (run.answer != JOBHOST_OK) return answer(run, problem);
        if (run.checkpoint.empty()) return JOBHOST_NOT_FOUND;
        *out = keep(run, run.checkpoint);
        return JOBHOST_OK;
    }
    static jobhost_status save_checkpoint(jobhost_context* context, jobhost_text json,
                                          jobhost_text* problem) noexcept {
        run_of(context).checkpoint = view(json);
        return answer(run_of(context), problem);
    }
    static jobhost_status find_step(jobhost_context* context, jobhost_text name, jobhost_text* out,
                                    jobhost_text* problem) noexcept {
        FakeRun& run = run_of(context);
        if (run.answer != JOBHOST_OK) return answer(run, problem);
        const auto found = run.steps.find(view(name));
        if (found == run.steps.end()) return JOBHOST_NOT_FOUND;
        *out = text(found->second);
        return JOBHOST_OK;
    }
    static jobhost_status complete_step(jobhost_context* context, jobhost_text name, jobhost_text json,
                                        jobhost_text* problem) noexcept {
        run_of(context).steps.emplace(view(name), view(json));
        return answer(run_of(context), problem);
    }
    static jobhost_status enqueue(jobhost_context* context, jobhost_text json, jobhost_text* ids,
                                  jobhost_text* problem) noexcept {
        FakeRun& run = run_of(context);
        run.enqueued.emplace_back(view(json));
        *ids = keep(run, R"(["12","13"])");
        return answer(run, problem);
    }
    static jobhost_status enqueue_on_success(jobhost_context* context, jobhost_text json,
                                             jobhost_text* problem) noexcept {
        run_of(context).enqueued_on_success.emplace_back(view(json));
        return answer(run_of(context), problem);
    }
    static jobhost_status scratch_folder(jobhost_context* context, jobhost_text* out,
                                         jobhost_text* problem) noexcept {
        FakeRun& run = run_of(context);
        if (run.scratch_folder.empty()) return JOBHOST_UNSUPPORTED;
        *out = text(run.scratch_folder);
        return answer(run, problem);
    }
    static std::uint32_t count_parents(jobhost_context* context) noexcept {
        return static_cast<std::uint32_t>(run_of(context).facts_.parents.size());
    }
    static jobhost_status get_parent(jobhost_context* context, std::uint32_t index,
                                     jobhost_parent* out) noexcept {
        if (index >= count_parents(context)) return JOBHOST_NOT_FOUND;
        *out = run_of(context).facts_.parents[index];
        return JOBHOST_OK;
    }
    static const void* get_extension(jobhost_host*, jobhost_text id) noexcept {
        static const jobhost_parents_api parents{sizeof parents, 0, &count_parents, &get_parent};
        if (view(id) == JOBHOST_PARENTS_ID) return &parents;
        static const jobhost_outcome_api outcome{sizeof outcome, 0, &set_snooze, &set_detail, &get_error};
        static const jobhost_checkpoint_api checkpoint{sizeof checkpoint, 0, &load_checkpoint,
                                                       &save_checkpoint};
        static const jobhost_step_api step{sizeof step, 0, &find_step, &complete_step};
        static const jobhost_enqueue_api enqueuing{sizeof enqueuing, 0, &enqueue, &enqueue_on_success};
        static const jobhost_scratch_api scratch{sizeof scratch, 0, &scratch_folder};
        if (view(id) == JOBHOST_SCRATCH_ID) return &scratch;
        if (view(id) == JOBHOST_OUTCOME_ID) return &outcome;
        if (view(id) == JOBHOST_CHECKPOINT_ID) return &checkpoint;
        if (view(id) == JOBHOST_STEP_ID) return &step;
        if (view(id) == JOBHOST_ENQUEUE_ID) return &enqueuing;
        return nullptr;
    }

    static std::int64_t job_id(jobhost_context* context) noexcept { return run_of(context).facts_.id; }
    static std::int64_t lease(jobhost_context* context) noexcept { return run_of(context).facts_.lease; }
    static std::uint32_t attempt(jobhost_context* context) noexcept { return run_of(context).facts_.attempt; }
    static std::int64_t scheduled_at(jobhost_context* context) noexcept {
        return run_of(context).facts_.scheduled_at;
    }
    static jobhost_text idempotency_key(jobhost_context* context) noexcept {
        return text(run_of(context).facts_.idempotency_key);
    }
    static jobhost_text definition(jobhost_context* context) noexcept {
        return text(run_of(context).facts_.definition);
    }
    static jobhost_text arguments(jobhost_context* context) noexcept {
        return text(run_of(context).facts_.arguments);
    }

    static jobhost_status get_integer(jobhost_context* context, jobhost_text pointer,
                                      std::int64_t* out) noexcept {
        const json::value* value = at(run_of(context), pointer);
        if (!value) return JOBHOST_NOT_FOUND;
        boost::system::error_code error;
        const auto number = value->is_number() ? value->to_number<std::int64_t>(error) : 0;
        if (!value->is_number() || error) return JOBHOST_WRONG_TYPE;
        *out = number;
        return JOBHOST_OK;
    }
    static jobhost_status get_number(jobhost_context* context, jobhost_text pointer, double* out) noexcept {
        const json::value* value = at(run_of(context), pointer);
        if (!value) return JOBHOST_NOT_FOUND;
        if (!value->is_number()) return JOBHOST_WRONG_TYPE;
        *out = value->to_number<double>();
        return JOBHOST_OK;
    }
    static jobhost_status get_boolean(jobhost_context* context, jobhost_text pointer,
                                      std::int32_t* out) noexcept {
        const json::value* value = at(run_of(context), pointer);
        if (!value) return JOBHOST_NOT_FOUND;
        if (!value->is_bool()) return JOBHOST_WRONG_TYPE;
        *out = value->get_bool() ? 1 : 0;
        return JOBHOST_OK;
    }
    static jobhost_status get_string(jobhost_context* context, jobhost_text pointer,
                                     jobhost_text* out) noexcept {
        const json::value* value = at(run_of(context), pointer);
        if (!value) return JOBHOST_NOT_FOUND;
        if (!value->is_string()) return JOBHOST_WRONG_TYPE;
        *out = {value->get_string().data(), value->get_string().size()};
        return JOBHOST_OK;
    }
    static jobhost_status get_size(jobhost_context* context, jobhost_text pointer,
                                   std::uint32_t* out) noexcept {
        const json::value* value = at(run_of(context), pointer);
        if (!value) return JOBHOST_NOT_FOUND;
        if (!value->is_structured()) return JOBHOST_WRONG_TYPE;
        *out = static_cast<std::uint32_t>(value->is_array() ? value->get_array().size()
                                                            : value->get_object().size());
        return JOBHOST_OK;
    }
    static jobhost_status get_json(jobhost_context* context, jobhost_text pointer,
                                   jobhost_text* out) noexcept {
        const json::value* value = at(run_of(context), pointer);
        if (!value) return JOBHOST_NOT_FOUND;
        *out = keep(run_of(context), json::serialize(*value));
        return JOBHOST_OK;
    }
    static jobhost_status get_name(jobhost_context* context, jobhost_text pointer, std::uint32_t index,
                                   jobhost_text* out) noexcept {
        const json::value* value = at(run_of(context), pointer);
        if (!value) return JOBHOST_NOT_FOUND;
        if (!value->is_object()) return JOBHOST_WRONG_TYPE;
        if (index >= value->get_object().size()) return JOBHOST_NOT_FOUND;
        const auto name = (value->get_object().begin() + index)->key();
        *out = {name.data(), name.size()};
        return JOBHOST_OK;
    }

    static jobhost_status progress(jobhost_context* context, double fraction, jobhost_text) noexcept {
        FakeRun& run = run_of(context);
        std::uint32_t bits = 0;
        {
            const std::lock_guard lock(run.mutex_);
            run.progress.push_back(fraction);
            bits = run.stop_at_progress_bits_;
        }
        if (bits != 0) run.stop(bits);
        return JOBHOST_OK;
    }
    static std::uint32_t stop_requested(jobhost_context* context) noexcept {
        const std::lock_guard lock(run_of(context).mutex_);
        return run_of(context).stop_bits_;
    }
    static std::uint32_t wait_for_stop(jobhost_context* context, std::int64_t timeout_us) noexcept {
        FakeRun& run = run_of(context);
        std::unique_lock lock(run.mutex_);
        run.stopped_.wait_for(lock, std::chrono::microseconds(timeout_us),
                              [&] { return run.stop_bits_ != 0; });
        return run.stop_bits_;
    }
    static jobhost_status set_result(jobhost_context* context, jobhost_text text) noexcept {
        if (text.size > std::size_t{64} * 1024) return JOBHOST_LIMIT;
        boost::system::error_code error;
        json::parse({text.data, text.size}, error);
        if (error) return JOBHOST_INVALID;
        run_of(context).result = std::string(view(text));
        return JOBHOST_OK;
    }
    static jobhost_status set_error(jobhost_context* context, jobhost_text code,
                                    jobhost_text message) noexcept {
        if (code.size > 100) return JOBHOST_LIMIT;
        run_of(context).error_code = view(code);
        run_of(context).error_message = view(message);
        return JOBHOST_OK;
    }
};

FakeRun::FakeRun(RunFacts facts) : facts_(std::move(facts)), arguments_(json::parse(facts_.arguments)) {}

void FakeRun::stop(std::uint32_t bits) {
    const std::lock_guard lock(mutex_);
    stop_bits_ |= bits;
    stopped_.notify_all();
}

void FakeRun::stop_when_logged(std::string part, std::uint32_t bits) {
    stop_at_line_ = std::move(part);
    stop_at_line_bits_ = bits;
}

void FakeRun::stop_when_progressing(std::uint32_t bits) {
    stop_at_progress_bits_ = bits;
}

bool FakeRun::has_logged(std::string_view part) const {
    const std::lock_guard lock(mutex_);
    for (const LogLine& line : log)
        if (line.text.find(part) != std::string::npos) return true;
    return false;
}

json::value FakeRun::result_json() const {
    return json::parse(result.value());
}

const jobhost_host_api& fake_host_api() {
    using Fake = FakeHostFunctions;
    static const jobhost_host_api api{sizeof(jobhost_host_api),
                                      JOBHOST_ABI_MAJOR,
                                      JOBHOST_ABI_MINOR,
                                      {"0.1.0", 5},
                                      &Fake::log,
                                      &Fake::get_extension,
                                      &Fake::job_id,
                                      &Fake::lease,
                                      &Fake::attempt,
                                      &Fake::scheduled_at,
                                      &Fake::idempotency_key,
                                      &Fake::definition,
                                      &Fake::arguments,
                                      &Fake::get_integer,
                                      &Fake::get_number,
                                      &Fake::get_boolean,
                                      &Fake::get_string,
                                      &Fake::get_size,
                                      &Fake::get_json,
                                      &Fake::get_name,
                                      &Fake::progress,
                                      &Fake::stop_requested,
                                      &Fake::wait_for_stop,
                                      &Fake::set_result,
                                      &Fake::set_error};
    return api;
}

jobhost_host_api host_without_extensions() {
    jobhost_host_api api = fake_host_api();
    api.get_extension = [](jobhost_host*, jobhost_text) noexcept -> const void* { return nullptr; };
    return api;
}

LoadedPlugin::LoadedPlugin(const std::filesystem::path& file, const jobhost_host_api& api) {
    library_ = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    // NOLINTNEXTLINE(concurrency-mt-unsafe): glibc keeps the text per thread
    if (!library_) throw std::runtime_error(dlerror());
    const auto entry = reinterpret_cast<jobhost_entry>(dlsym(library_, JOBHOST_ENTRY_SYMBOL));
    if (!entry) throw std::runtime_error(file.string() + " exports no " JOBHOST_ENTRY_SYMBOL);
    initialise(entry, api);
}

LoadedPlugin::LoadedPlugin(jobhost_entry entry, const jobhost_host_api& api) {
    initialise(entry, api);
}

void LoadedPlugin::initialise(jobhost_entry entry, const jobhost_host_api& api) {
    plugin_ = entry(&api);
    if (!plugin_) throw std::runtime_error("the plugin refuses this host");
    if (plugin_->init && plugin_->init(nullptr, &api) != JOBHOST_OK)
        throw std::runtime_error("init() failed");
}

LoadedPlugin::~LoadedPlugin() {
    if (plugin_->shutdown) plugin_->shutdown();
    if (library_) dlclose(library_);
}

const jobhost_job_type& LoadedPlugin::type(std::string_view name) const {
    for (std::uint32_t i = 0; i < plugin_->job_type_count; ++i)
        if (view(plugin_->job_types[i]->name) == name) return *plugin_->job_types[i];
    throw std::runtime_error("no such type: " + std::string(name));
}

void LoadedPlugin::run(std::string_view name, FakeRun& run) const {
    const jobhost_job_type& job = type(name);
    run.status = job.run(&job, run.context());
}

}  // namespace jobhost::test
