#include "plugins/command/output.hpp"

#include <jobhost/json_text.hpp>

#include <algorithm>

namespace command {

namespace {

// A control character takes six bytes in JSON; the result, with two streams in it, may have 64 KiB.
constexpr std::size_t kJsonBytes = std::size_t{30} * 1024;

// `text` without a UTF-8 sequence that its end has cut in two.
std::string_view without_cut_tail(std::string_view text) {
    for (std::size_t tail = 1; tail <= std::min<std::size_t>(3, text.size()); ++tail) {
        const auto byte = static_cast<unsigned char>(text[text.size() - tail]);
        if (byte < 0x80) break;
        if (byte < 0xC0) continue;
        const std::size_t needed = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
        return needed > tail ? text.substr(0, text.size() - tail) : text;
    }
    return text;
}

}  // namespace

void LogBudget::log(std::string_view line) {
    if (lines_ > kLines) return;
    if (lines_ < kLines)
        context_.info(line);
    else
        context_.info("more than 10000 lines of output; the rest is not logged");
    ++lines_;
}

void Output::append(std::string_view bytes) {
    const std::size_t room = kResultBytes - beginning_.size();
    beginning_ += bytes.substr(0, room);
    has_more_ = has_more_ || bytes.size() > room;

    while (!bytes.empty()) {
        const std::size_t newline = bytes.find('\n');
        const std::string_view part = bytes.substr(0, newline);
        line_ += part.substr(0, kLineBytes - line_.size());
        in_line_ = true;
        if (newline == std::string_view::npos) return;
        end_line();
        bytes.remove_prefix(newline + 1);
    }
}

void Output::finish() {
    if (in_line_) end_line();
}

void Output::end_line() {
    if (line_.ends_with('\r')) line_.pop_back();
    std::string text = jobhost::utf8_text(without_cut_tail(line_));
    budget_.log(prefix_ + text);
    if (text.find_first_not_of(" \t") != std::string::npos) last_line_ = std::move(text);
    line_.clear();
    in_line_ = false;
}

std::string_view Output::fitting_beginning() const {
    std::string_view text = has_more_ ? without_cut_tail(beginning_) : std::string_view(beginning_);
    while (jobhost::json_text(text).size() > kJsonBytes)
        text = without_cut_tail(text.substr(0, text.size() * 3 / 4));
    return text;
}

std::string Output::beginning_json() const {
    return jobhost::json_text(fitting_beginning());
}

bool Output::is_truncated() const {
    return has_more_ || fitting_beginning().size() < beginning_.size();
}

}  // namespace command
