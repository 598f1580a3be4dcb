#include "storage/soci/soci_session.hpp"

#include "storage/soci/soci_error.hpp"

namespace jobhost::storage {

namespace {

constexpr std::size_t kText = 2;  // alternative of Parameter::value
// Longer texts are given back to the memory after each run.
constexpr std::size_t kLongText = std::size_t{64} << 10;

}  // namespace

// SOCI binds by address: all that is bound lies in here and never moves.
class SociSession::Statement {
public:
    Statement(soci::session& session, const std::string& text, bool keep, const Parameters& parameters,
              std::span<const ColumnKind> columns)
        : inputs_(parameters.size()),
          cells_(columns.size()),
          indicators_(columns.size()),
          statement_{session} {
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            Input& input = inputs_[i];
            input.is_text = parameters[i].value.index() == kText;
            if (input.is_text)
                statement_.exchange(soci::use(input.text, input.indicator, parameters[i].name));
            else
                statement_.exchange(soci::use(input.number, input.indicator, parameters[i].name));
        }
        for (std::size_t i = 0; i < columns.size(); ++i) {
            if (columns[i] == ColumnKind::text)
                statement_.exchange(soci::into(cells_[i].text, indicators_[i]));
            else
                statement_.exchange(soci::into(cells_[i].number, indicators_[i]));
        }
        statement_.alloc();
        // One that comes once is sent with its parameters, in one round trip.
        statement_.prepare(text,
                           keep ? soci::details::st_repeatable_query : soci::details::st_one_time_query);
        statement_.define_and_bind();
    }

    // Whether these parameters can be given to it: their kinds are what it was bound with.
    bool takes(const Parameters& parameters) const {
        for (std::size_t i = 0; i < parameters.size(); ++i)
            if (parameters[i].value.index() != 0 &&
                inputs_[i].is_text != (parameters[i].value.index() == kText))
                return false;
        return parameters.size() == inputs_.size();
    }

    long long run(const Parameters& parameters, const RowSink& sink) {
        for (std::size_t i = 0; i < parameters.size(); ++i)
            put(parameters[i], inputs_[i]);
        const long long affected = sink ? fetch_all(sink) : execute();
        for (Input& input : inputs_)
            if (input.text.size() > kLongText) std::string{}.swap(input.text);
        return affected;
    }

private:
    struct Input {
        long long number = 0;
        std::string text;
        soci::indicator indicator = soci::i_ok;
        bool is_text = false;
    };

    long long execute() {
        statement_.execute(true);
        return statement_.get_affected_rows();
    }

    long long fetch_all(const RowSink& sink) {
        statement_.execute(false);
        // To the end: on SQLite a statement that is left open holds its locks.
        while (statement_.fetch()) {
            for (std::size_t i = 0; i < cells_.size(); ++i)
                cells_[i].is_null = indicators_[i] == soci::i_null;
            sink(cells_);
        }
        return 0;
    }

    static void put(const Parameter& parameter, Input& input) {
        input.indicator = parameter.value.index() == 0 ? soci::i_null : soci::i_ok;
        if (const auto* number = std::get_if<long long>(&parameter.value)) input.number = *number;
        if (const auto* text = std::get_if<std::string>(&parameter.value)) input.text = *text;
    }

    std::vector<Input> inputs_;
    std::vector<Cell> cells_;
    std::vector<soci::indicator> indicators_;
    soci::statement statement_;
};

SociSession::SociSession(const soci::backend_factory& factory, const std::string& connection,
                         const StatementCatalog& catalog)
    : Session{catalog} {
    try {
        session_.open(factory, connection);
    } catch (const soci::soci_error& error) {
        throw classified_connection(error);
    }
}

SociSession::~SociSession() = default;

long long SociSession::run(const std::string& text, bool keep, const Parameters& parameters,
                           std::span<const ColumnKind> columns, const RowSink& sink) {
    try {
        if (keep) return run_kept(text, parameters, columns, sink);
        return Statement{session_, text, false, parameters, columns}.run(parameters, sink);
    } catch (const soci::soci_error& error) {
        throw classified(error);
    }
}

long long SociSession::run_kept(const std::string& text, const Parameters& parameters,
                                std::span<const ColumnKind> columns, const RowSink& sink) {
    std::unique_ptr<Statement>& statement = kept_[&text];
    if (!statement || !statement->takes(parameters))
        statement = std::make_unique<Statement>(session_, text, true, parameters, columns);
    try {
        return statement->run(parameters, sink);
    } catch (...) {
        statement.reset();  // SOCI leaks the parameters of a statement that is used again after an error
        throw;
    }
}

}  // namespace jobhost::storage
