// JSON travels as text; this says whether a text is JSON, without building anything.
#pragma once

#include <string_view>

namespace jobhost::worker {

// One JSON value (RFC 8259, valid UTF-8, at most kMaxJsonDepth levels), white space around it allowed.
// A number beyond a double is refused: read back, it would be infinite, which JSON cannot say.
bool is_json(std::string_view text);

}  // namespace jobhost::worker
