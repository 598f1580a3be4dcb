#include "host/observe/log.hpp"

#include "host/observe/printable.hpp"
#include "storage/model/time_text.hpp"

#include <boost/json.hpp>
#include <spdlog/formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace jobhost::host {

namespace {

spdlog::level::level_enum level_of(config::LogLevel level) {
    switch (level) {
        case config::LogLevel::debug:
            return spdlog::level::debug;
        case config::LogLevel::info:
            return spdlog::level::info;
        case config::LogLevel::warning:
            return spdlog::level::warn;
        case config::LogLevel::error:
            break;
    }
    return spdlog::level::err;
}

std::string_view view(spdlog::string_view_t text) {
    return {text.data(), text.size()};
}

// Texts of plugins are hostile: JSON escapes what could end a line or drive a terminal.
class JsonFormatter final : public spdlog::formatter {
public:
    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
        const std::string line = boost::json::serialize(
            boost::json::object{{"at", to_text(std::chrono::time_point_cast<Duration>(message.time))},
                                {"level", view(spdlog::level::to_string_view(message.level))},
                                {"text", view(message.payload)}});
        out.append(line.data(), line.data() + line.size());
        out.push_back('\n');
    }
    std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<JsonFormatter>(); }
};

class TextFormatter final : public spdlog::formatter {
public:
    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
        std::string line = to_text(std::chrono::time_point_cast<Duration>(message.time));
        line += "  ";
        line += view(spdlog::level::to_string_view(message.level));
        line.resize(38, ' ');
        line += printable(view(message.payload));
        out.append(line.data(), line.data() + line.size());
        out.push_back('\n');
    }
    std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<TextFormatter>(); }
};

}  // namespace

void start_log(const config::LogSettings& settings) {
    auto logger = std::make_shared<spdlog::logger>("", std::make_shared<spdlog::sinks::stdout_sink_mt>());
    if (settings.format == config::LogFormat::json)
        logger->set_formatter(std::make_unique<JsonFormatter>());
    else
        logger->set_formatter(std::make_unique<TextFormatter>());
    logger->set_level(level_of(settings.level));
    logger->flush_on(spdlog::level::trace);
    spdlog::set_default_logger(std::move(logger));
}

}  // namespace jobhost::host
