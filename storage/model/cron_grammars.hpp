// The grammars of cron_explain.hpp, one for each language. Private to storage/model.
#pragma once

#include "storage/model/cron_pattern.hpp"

#include <string>

namespace jobhost {

std::string explain_in_english(const CronPattern& pattern);
std::string explain_in_turkish(const CronPattern& pattern);

}  // namespace jobhost
