#include "tests/storage/conformance/history/choices.hpp"

#include <algorithm>

namespace jobhost::storage::history {

namespace {

// The lines of `text` that the other one has not; all of them, if they only come in another order.
std::string unless_in(const std::string& other, const std::string& text) {
    std::string left;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
        const std::string line = text.substr(begin, end - begin);
        if (other.find(line) == std::string::npos) left += line;
        begin = end;
    }
    return left.empty() ? text : left;
}

}  // namespace

void agree(const std::string& about, const std::string& theirs, const std::string& ours) {
    if (theirs == ours) return;
    throw Disagreement{about + "\n  the database says:\n" + unless_in(ours, theirs) +
                       "\n  the model says:\n" + unless_in(theirs, ours)};
}

}  // namespace jobhost::storage::history
