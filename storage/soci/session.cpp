#include "storage/soci/session.hpp"

#include "storage/soci/soci_error.hpp"

namespace jobhost::storage {

Session::Session(const soci::backend_factory& factory, const std::string& connection,
                 const StatementCatalog& catalog)
    : catalog_{&catalog} {
    try {
        session_.open(factory, connection);
    } catch (...) {
        rethrow();
    }
}

long long Session::execute_text(const std::string& text, const std::vector<Parameter>& parameters) {
    try {
        std::vector<soci::indicator> indicators;
        soci::statement statement{session_};
        bind(statement, parameters, indicators);
        statement.alloc();
        statement.prepare(text);
        statement.define_and_bind();
        statement.execute(true);
        return statement.get_affected_rows();
    } catch (...) {
        rethrow();
    }
}

// SOCI binds by address: `parameters` and `indicators` must stay where they are until the statement has run.
void Session::bind(soci::statement& statement, const std::vector<Parameter>& parameters,
                   std::vector<soci::indicator>& indicators) {
    static const long long kNothing = 0;
    indicators.assign(parameters.size(), soci::i_ok);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const Parameter& parameter = parameters[i];
        if (const auto* number = std::get_if<long long>(&parameter.value)) {
            statement.exchange(soci::use(*number, parameter.name));
        } else if (const auto* text = std::get_if<std::string>(&parameter.value)) {
            statement.exchange(soci::use(*text, parameter.name));
        } else {
            indicators[i] = soci::i_null;
            statement.exchange(soci::use(kNothing, indicators[i], parameter.name));
        }
    }
}

void Session::rethrow() {
    try {
        throw;
    } catch (const soci::soci_error& error) {
        throw classified(error);
    }
}

}  // namespace jobhost::storage
