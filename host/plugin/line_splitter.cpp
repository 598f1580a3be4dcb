#include "host/plugin/line_splitter.hpp"

#include "host/worker/utf8.hpp"

#include <algorithm>

namespace jobhost::host {

// Gives the full buffer, but for a character that goes on with the byte `next`. REQUIRES: partial_ is full.
void LineSplitter::cut(char next, const Sink& sink) {
    partial_ += next;
    const std::string line{worker::cut_utf8(partial_, kMaxLine)};
    partial_.erase(0, line.size());
    partial_.pop_back();
    sink(worker::clean_utf8(line));
}

void LineSplitter::feed(std::string_view bytes, const Sink& sink) {
    while (!bytes.empty()) {
        if (bytes.front() == '\n') {
            bytes.remove_prefix(1);
            const std::string line = worker::clean_utf8(partial_);
            partial_.clear();
            sink(line);
            continue;
        }
        if (partial_.size() == kMaxLine) cut(bytes.front(), sink);
        const std::size_t size = std::min({bytes.find('\n'), bytes.size(), kMaxLine - partial_.size()});
        partial_ += bytes.substr(0, size);
        bytes.remove_prefix(size);
    }
}

void LineSplitter::flush(const Sink& sink) {
    if (partial_.empty()) return;
    const std::string line = worker::clean_utf8(partial_);
    partial_.clear();
    sink(line);
}

LineBudget::Verdict LineBudget::take(std::size_t line_size) {
    if (is_exceeded_) return Verdict::drop;
    is_exceeded_ = lines_ >= kLines || bytes_ + line_size > most_bytes_;
    if (is_exceeded_) return Verdict::last;
    ++lines_;
    bytes_ += line_size;
    return Verdict::pass;
}

}  // namespace jobhost::host
