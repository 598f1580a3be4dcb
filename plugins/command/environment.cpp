#include "plugins/command/environment.hpp"

#include <jobhost/errors.hpp>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <unistd.h>

namespace command {

namespace {

// RFC 3339 in UTC with six decimals, as jobhost writes instants everywhere.
std::string rfc3339(std::chrono::system_clock::time_point instant) {
    using std::chrono::floor, std::chrono::microseconds, std::chrono::seconds;
    const auto second = floor<seconds>(instant);
    const std::time_t time = std::chrono::system_clock::to_time_t(second);
    std::tm parts{};
    gmtime_r(&time, &parts);
    char date[64];
    const std::size_t size = std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
    char fraction[16];
    std::snprintf(fraction, sizeof fraction, ".%06dZ",
                  static_cast<int>(floor<microseconds>(instant - second).count() % 1'000'000));
    return std::string(date, size) + fraction;
}

}  // namespace

void refuse_nul(std::string_view text, std::string_view pointer) {
    if (text.find('\0') != std::string_view::npos)
        throw jobhost::BadArguments(std::string(pointer) + " must not contain a NUL character");
}

Variables environment_of(const jobhost::JobContext& context, const Variables& given) {
    Variables variables;
    for (char** entry = environ; entry && *entry; ++entry) {
        const std::string_view assignment = *entry;
        const std::size_t equals = assignment.find('=');
        if (equals != std::string_view::npos)
            variables[std::string(assignment.substr(0, equals))] = assignment.substr(equals + 1);
    }
    for (const auto& [name, value] : given) {
        if (name.empty() || name.find('=') != std::string::npos)
            throw jobhost::BadArguments("/env must not have a name that is empty or contains '='");
        refuse_nul(name, "/env");
        refuse_nul(value, "/env/" + name);
        variables[name] = value;
    }
    variables["JOBHOST_JOB_ID"] = std::to_string(context.id());
    variables["JOBHOST_ATTEMPT"] = std::to_string(context.attempt());
    variables["JOBHOST_LEASE"] = std::to_string(context.lease());
    variables["JOBHOST_IDEMPOTENCY_KEY"] = context.idempotency_key();
    variables.erase("JOBHOST_SCHEDULED_AT");
    if (const auto instant = context.scheduled_at()) variables["JOBHOST_SCHEDULED_AT"] = rfc3339(*instant);
    return variables;
}

std::vector<std::string> as_assignments(const Variables& variables) {
    std::vector<std::string> assignments;
    assignments.reserve(variables.size());
    for (const auto& [name, value] : variables)
        assignments.emplace_back(name).append("=").append(value);
    return assignments;
}

}  // namespace command
