// The extensions whose functions ask the host; see jobhost/plugin.h for what each promises.
#pragma once

#include <jobhost/extensions.h>

namespace jobhost::worker {

extern const jobhost_checkpoint_api kCheckpointApi;
extern const jobhost_step_api kStepApi;
extern const jobhost_enqueue_api kEnqueueApi;

}  // namespace jobhost::worker
