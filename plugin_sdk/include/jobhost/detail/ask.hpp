// Calls that ask the host, and what their answers mean to a job.
#pragma once

#include <jobhost/detail/host.hpp>
#include <jobhost/errors.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace jobhost::detail {

// `status` is that of a call about `what`, and `problem` what the host said.
[[noreturn]] inline void throw_answer(jobhost_status status, std::string_view what, jobhost_text problem) {
    const std::string why = std::string(what) + ": " + std::string(to_view(problem));
    switch (status) {
        case JOBHOST_LOST:
            throw Lost(why);
        case JOBHOST_UNAVAILABLE:
            throw Error("host_unavailable", why);
        case JOBHOST_FAILED:
            throw Error("refused", why);
        case JOBHOST_LIMIT:
            throw FatalError("too_large", why);
        case JOBHOST_UNSUPPORTED:
            throw FatalError("unsupported", std::string(what) + ": this host does not offer it");
        default:
            throw FatalError("refused", why);
    }
}

// Calls a function of an extension that may be missing, with a place for the host's words at the end. Returns
// OK or NOT_FOUND, and throws for anything else.
template <class... Parameters, class... Given>
jobhost_status ask(std::string_view what, jobhost_status(JOBHOST_CALL* function)(Parameters...),
                   Given... given) {
    jobhost_text problem{nullptr, 0};
    const jobhost_status status = call(function, given..., &problem);
    if (status != JOBHOST_OK && status != JOBHOST_NOT_FOUND) throw_answer(status, what, problem);
    return status;
}

// The texts of a JSON array of plain texts, as the host answers ids.
inline std::vector<std::string> texts_in(std::string_view json) {
    std::vector<std::string> texts;
    for (std::size_t begin = json.find('"'); begin != std::string_view::npos;) {
        const std::size_t end = json.find('"', begin + 1);
        if (end == std::string_view::npos) break;
        texts.emplace_back(json.substr(begin + 1, end - begin - 1));
        begin = json.find('"', end + 1);
    }
    return texts;
}

}  // namespace jobhost::detail
