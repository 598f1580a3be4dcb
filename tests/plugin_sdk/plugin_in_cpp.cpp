// A plugin in C++ that uses all of the SDK, for the tests beside it.
#include <jobhost/job.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

using jobhost::JobContext;
using namespace std::chrono_literals;

namespace sample {

struct Size {
    int width = 0;
    int height = 600;
};
JOBHOST_ARGUMENTS(Size, required(width), height);

struct InspectArguments {
    std::string path;
    int width = 800;
    std::uint8_t level = 3;
    std::uint64_t large = 1;
    std::int64_t larger = -1;
    double ratio = 1.5;
    bool keep = true;
    std::optional<double> quality;
    std::vector<std::string> tags{"a\"b"};
    std::vector<std::vector<bool>> grid;
    std::map<std::string, int> weights;
    std::optional<Size> size;
    std::vector<Size> sizes;
};
JOBHOST_ARGUMENTS(InspectArguments, required(path), width, level, large, larger, ratio, keep, quality, tags,
                  grid, weights, size, sizes);

struct ManyArguments {
    int a1 = 0, a2 = 0, a3 = 0, a4 = 0, a5 = 0, a6 = 0, a7 = 0, a8 = 0, a9 = 0, a10 = 0, a11 = 0, a12 = 0,
        a13 = 0, a14 = 0, a15 = 0, a16 = 0, a17 = 0, a18 = 0, a19 = 0, a20 = 0, a21 = 0, a22 = 0, a23 = 0,
        a24 = 0, a25 = 0, a26 = 0, a27 = 0, a28 = 0, a29 = 0, a30 = 0;
};
JOBHOST_ARGUMENTS(ManyArguments, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17,
                  a18, a19, a20, a21, a22, a23, a24, a25, a26, a27, a28, a29, a30);

struct TextArguments {
    std::string text;
};
JOBHOST_ARGUMENTS(TextArguments, required(text));

enum class Format { png, jpeg, automatic, unlisted };
JOBHOST_ENUM(Format, png, jpeg, named(automatic, "auto"));

struct Layer {
    Format format = Format::png;
    std::optional<Size> size;
};
JOBHOST_ARGUMENTS(Layer, required(format), size);

struct NestedArguments {
    Format format = Format::jpeg;
    Format hidden = Format::unlisted;
    std::optional<Format> also;
    std::vector<Format> formats{Format::png, Format::automatic};
    std::map<std::string, Format> by_name;
    Layer layer{Format::automatic, std::nullopt};
    std::optional<Layer> top;
    std::vector<Layer> layers;
    std::map<std::string, Layer> layers_by_name;
    std::map<std::string, std::vector<std::optional<Size>>> sizes;
};
JOBHOST_ARGUMENTS(NestedArguments, format, hidden, also, formats, by_name, layer, top, layers, layers_by_name,
                  sizes);

struct NoArguments {};
JOBHOST_ARGUMENTS(NoArguments);

// Says what it was given.
struct Inspect {
    static constexpr std::string_view name = "inspect";
    static constexpr std::string_view description = "Says what it was given";
    static constexpr std::string_view result_schema = R"({"type":"string"})";
    static constexpr std::chrono::minutes timeout{3};
    static constexpr std::uint32_t flags = JOBHOST_JOB_IDEMPOTENT;
    static constexpr std::uint32_t payload_version = 2;

    std::string run(JobContext&, const InspectArguments& given) const {
        std::string seen = given.path + " " + std::to_string(given.width) + " " +
                           std::to_string(given.level) + " " + std::to_string(given.large) + " " +
                           std::to_string(given.larger) + " " + std::to_string(given.ratio) +
                           (given.keep ? " keep" : " drop");
        if (given.quality) seen += " quality " + std::to_string(*given.quality);
        for (const std::string& tag : given.tags)
            seen += " #" + tag;
        for (const std::vector<bool>& row : given.grid)
            for (const bool cell : row)
                seen += cell ? " x" : " .";
        for (const auto& [key, weight] : given.weights)
            seen += " " + key + "=" + std::to_string(weight);
        if (given.size) seen += " size " + describe(*given.size);
        for (const Size& size : given.sizes)
            seen += " + " + describe(size);
        return jobhost::json_text(seen);
    }
    static std::string describe(const Size& size) {
        return std::to_string(size.width) + "x" + std::to_string(size.height);
    }
};

// Says what it was given, enums by their number.
struct Nested {
    static constexpr std::string_view name = "nested";
    static std::string run(JobContext&, const NestedArguments& given) {
        std::string seen = describe(given.format) + describe(given.hidden);
        if (given.also) seen += " also" + describe(*given.also);
        for (const Format format : given.formats)
            seen += " +" + describe(format);
        for (const auto& [key, format] : given.by_name)
            seen += " " + key + "=" + describe(format);
        seen += " layer " + describe(given.layer);
        if (given.top) seen += " top " + describe(*given.top);
        for (const Layer& layer : given.layers)
            seen += " + " + describe(layer);
        for (const auto& [key, layer] : given.layers_by_name)
            seen += " " + key + "=" + describe(layer);
        for (const auto& [key, sizes] : given.sizes)
            for (const std::optional<Size>& size : sizes)
                seen += " " + key + "=" + Inspect::describe(size.value());
        return jobhost::json_text(seen);
    }
    static std::string describe(Format format) { return std::to_string(static_cast<int>(format)); }
    static std::string describe(const Layer& layer) {
        return describe(layer.format) + (layer.size ? ":" + Inspect::describe(*layer.size) : "");
    }
};

struct Many {
    static constexpr std::string_view name = "many";
    std::string run(JobContext&, const ManyArguments& given) { return std::to_string(given.a1 + given.a30); }
};

struct Fail {
    static constexpr std::string_view name = "fail";
    static void run(JobContext&, const TextArguments& how) {
        if (how.text == "error") throw jobhost::Error("smtp.refused", "the server is busy");
        if (how.text == "long_code") throw jobhost::Error(std::string(101, 'c'), "the message stays");
        if (how.text == "fatal") throw jobhost::FatalError("no_such_user", "nobody is called so");
        if (how.text == "bad_arguments") throw jobhost::BadArguments("/text must be something else");
        if (how.text == "cancelled") throw jobhost::Cancelled();
        if (how.text == "yielded") throw jobhost::Yielded();
        if (how.text == "bad_alloc") throw std::bad_alloc();
        if (how.text == "exception") throw std::runtime_error("something went wrong");
        if (how.text == "number") throw 5;
        if (how.text == "detail")
            throw jobhost::FatalError("no_such_user", "nobody is called so", "at line 7");
        if (how.text == "snoozed") throw jobhost::Snoozed(90s);
        if (how.text == "snoozed_for_nothing") throw jobhost::Snoozed(0s);
        if (how.text == "snoozed_for_ever") throw jobhost::Snoozed(std::chrono::hours::max());
    }
};

struct Facts {
    static constexpr std::string_view name = "facts";
    static void run(JobContext& context) {
        context.debug("debug");
        context.info("info");
        context.warning("warning");
        context.error("error");
        context.progress(0.5, "half");
        const auto at = context.scheduled_at();
        const auto us =
            at ? std::chrono::duration_cast<std::chrono::microseconds>(at->time_since_epoch()).count() : 0;
        context.set_result(jobhost::json_text(
            std::to_string(context.id()) + " " + std::to_string(context.lease()) + " " +
            std::to_string(context.attempt()) + " " + std::to_string(us) + " " +
            std::string(context.idempotency_key()) + " " + std::string(context.definition()) + " " +
            std::string(context.arguments_json()) +
            (context.extension("jobhost.none/1") ? " extension" : "")));
    }
};

struct Wait {
    static constexpr std::string_view name = "wait";
    static void run(JobContext& context, const TextArguments& how) {
        context.info("waiting");
        if (how.text == "wait") context.wait_for(10min);
        if (how.text == "for_ever") context.wait_for(std::chrono::hours::max());
        if (how.text == "check") context.check();
        context.set_result(context.cancel_requested() ? "\"cancel\""
                           : context.stop_requested() ? "\"stop\""
                                                      : "null");
    }
};

struct Result {
    static constexpr std::string_view name = "result";
    std::string run(JobContext&, const TextArguments& json) { return json.text; }
};

// Says how many of its objects there have been, and how many are left, and how often this one was run.
struct Objects {
    static constexpr std::string_view name = "objects";
    Objects() { ++made(), ++alive(); }
    ~Objects() { --alive(); }
    Objects(const Objects&) = delete;
    Objects& operator=(const Objects&) = delete;

    void run(JobContext& context, const TextArguments& how) {
        context.set_result(jobhost::json_text(std::to_string(made()) + " " + std::to_string(alive()) + " " +
                                              std::to_string(++runs_)));
        if (how.text == "throw") throw std::runtime_error("something went wrong");
    }

private:
    static std::atomic<int>& made() {
        static std::atomic<int> count{0};
        return count;
    }
    static std::atomic<int>& alive() {
        static std::atomic<int> count{0};
        return count;
    }
    int runs_ = 0;
};

struct Nothing {
    static constexpr std::string_view name = "nothing";
    void run(JobContext&, NoArguments) {}
};

// Takes older arguments, too.
struct Newer {
    static constexpr std::string_view name = "newer";
    static constexpr std::uint32_t payload_version = 3;
    static constexpr std::uint32_t accepts_from = 2;
    static std::string upgrade(std::uint32_t from, std::string_view json) {
        if (json == "{}") throw jobhost::BadArguments("/text is missing");
        return R"({"text":"from )" + std::to_string(from) + R"("})";
    }
    static std::string run(JobContext&, const TextArguments& given) { return jobhost::json_text(given.text); }
};

// Asks the host; the result says what came back.
struct Ask {
    static constexpr std::string_view name = "ask";
    static std::string run(JobContext& context, const TextArguments& what) {
        if (what.text == "parents") {
            std::string seen;
            for (const jobhost::EndedParent& parent : context.parents())
                seen += std::to_string(parent.id) + (parent.is_batch ? " batch " : " job ") +
                        std::string(parent.on) + (parent.is_met ? " met " : " not met ") +
                        std::string(parent.result) + (parent.is_result_cut ? "cut;" : ";");
            return jobhost::json_text(seen);
        }
        if (what.text == "checkpoint") {
            const std::string before(context.checkpoint().value_or("null"));
            context.save_checkpoint("[2]");
            return before;
        }
        if (what.text == "steps") {
            int calls = 0;
            const std::string first = context.step("first", [&] { return std::to_string(++calls); });
            const std::string again = context.step("first", [&] { return std::to_string(++calls); });
            const std::string nothing = context.step("second", [&] { ++calls; });
            return "[" + first + "," + again + "," + nothing + "," + std::to_string(calls) + "]";
        }
        if (what.text == "scratch") {
            const std::filesystem::path folder = context.scratch_folder();
            std::ofstream(folder / "draft") << "words";
            if (context.scratch_folder() != folder) throw jobhost::FatalError("another_folder", "");
            return jobhost::json_text(folder.string());
        }
        context.enqueue_on_success(R"({"type":"mail.send"})");
        std::string ids;
        for (const std::string& id : context.enqueue(R"([{"type":"mail.send"},{"type":"mail.sort"}])"))
            ids += id + " ";
        return jobhost::json_text(ids);
    }
};

}  // namespace sample

JOBHOST_PLUGIN("in_cpp", "1.2.0", sample::Inspect, sample::Many, sample::Fail, sample::Facts, sample::Wait,
               sample::Result, sample::Objects, sample::Nothing, sample::Ask, sample::Newer, sample::Nested);
