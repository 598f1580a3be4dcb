// Cron expressions as sentences.
#pragma once

#include "storage/model/cron_pattern.hpp"

#include <string>

namespace jobhost {

enum class Language { english, turkish };

// "At 02:30 on weekdays", "Hafta içi her gün 02:30". One sentence without a full stop; it follows from what
// the expression stands for, so that two which mean the same read the same. The time zone is not named.
std::string explain(const CronPattern& pattern, Language language);

}  // namespace jobhost
