// A JobMaker for somebody at the command line, with all that it looks into.
#pragma once

#include "host/command_line/definitions_here.hpp"
#include "host/command_line/opened.hpp"
#include "host/command_line/types_here.hpp"
#include "host/requests/job_maker.hpp"

namespace jobhost::host {

// `opened` outlives this.
struct MakesJobs {
    explicit MakesJobs(Opened& opened, bool are_unknown_types_taken = false)
        : definitions{opened.configuration, opened.storage->definitions()},
          types{opened.configuration, &opened.storage->servers()},
          maker{{.storage = *opened.storage,
                 .definitions = definitions,
                 .types = types,
                 .clock = opened.clock,
                 .retention = opened.configuration.settings.retention,
                 .are_unknown_types_taken = are_unknown_types_taken}} {}
    MakesJobs(const MakesJobs&) = delete;

    DefinitionsHere definitions;
    TypesHere types;
    JobMaker maker;
};

}  // namespace jobhost::host
