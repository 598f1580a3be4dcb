#include "storage/soci/saved_work.hpp"

namespace jobhost::storage {

void delete_saved_work(Session& session, const std::string& jobs) {
    for (const char* statement : {"job_checkpoint_delete", "job_step_delete", "job_call_delete"})
        session.execute(statement, {{"ids", jobs}});
}

}  // namespace jobhost::storage
