#include "storage/model/cron_explain.hpp"

#include "storage/model/cron_grammars.hpp"

namespace jobhost {

std::string explain(const CronPattern& pattern, Language language) {
    return language == Language::turkish ? explain_in_turkish(pattern) : explain_in_english(pattern);
}

}  // namespace jobhost
