// The part of the host's table that reads arguments; see jobhost/plugin.h for what each promises.
#pragma once

#include <jobhost/plugin.h>

namespace jobhost::worker {

jobhost_status get_integer(jobhost_context* context, jobhost_text pointer, int64_t* out) noexcept;
jobhost_status get_number(jobhost_context* context, jobhost_text pointer, double* out) noexcept;
jobhost_status get_boolean(jobhost_context* context, jobhost_text pointer, int32_t* out) noexcept;
jobhost_status get_string(jobhost_context* context, jobhost_text pointer, jobhost_text* out) noexcept;
jobhost_status get_size(jobhost_context* context, jobhost_text pointer, uint32_t* out) noexcept;
jobhost_status get_json(jobhost_context* context, jobhost_text pointer, jobhost_text* out) noexcept;
jobhost_status get_name(jobhost_context* context, jobhost_text pointer, uint32_t index,
                        jobhost_text* out) noexcept;

}  // namespace jobhost::worker
