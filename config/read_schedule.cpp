#include "config/read_definition.hpp"
#include "config/values.hpp"
#include "storage/model/time_text.hpp"

namespace jobhost::config {
namespace {

using namespace std::chrono_literals;

class ScheduleReader {
public:
    ScheduleReader(Reader& reader, const std::string& definition)
        : reader_(reader), definition_(definition) {}

    std::optional<Schedule> read_text(const Value& value) {
        cron_ = {value, reader_.text(value)};
        return read_cron();
    }

    std::optional<Schedule> read(const Value& value) {
        Keys keys;
        keys.on("cron", [&](const Value& v) { cron_ = {v, reader_.text(v)}; });
        keys.on("time_zone", [&](const Value& v) { zone_ = {v, reader_.text(v)}; });
        keys.on("every", [&](const Value& v) { every_ = {v, reader_.duration(v, 1s)}; });
        keys.on("from", [&](const Value& v) { from_ = {v, read_instant(v)}; });
        reader_.read_mapping(value, keys);
        if (cron_.is_there() && every_.is_there()) {
            reader_.refuse(every_.at, "cannot stand beside 'cron'", "keep one of the two");
        } else if (cron_.is_there()) {
            if (from_.is_there()) reader_.refuse(from_.at, "belongs to 'every', not to 'cron'");
            return read_cron();
        } else if (every_.is_there()) {
            if (zone_.is_there()) reader_.refuse(zone_.at, "belongs to 'cron', not to 'every'");
            if (every_.value) return Every{*every_.value, from_.value.value_or(TimePoint{})};
        } else {
            reader_.refuse(value, "has neither 'cron' nor 'every'", "write one of the two");
        }
        return std::nullopt;
    }

private:
    template <class T>
    struct Part {
        Value at;
        std::optional<T> value{};
        bool is_there() const { return at.node != nullptr; }
    };

    std::optional<Schedule> read_cron() {
        const std::string zone = zone_.value.value_or("UTC");
        const auto zone_alone = Cron::parse("* * * * *", zone);
        if (const auto* error = std::get_if<Cron::Error>(&zone_alone)) refuse(zone_.at, *error);
        if (!cron_.value) return std::nullopt;
        auto parsed =
            Cron::parse(*cron_.value, std::holds_alternative<Cron>(zone_alone) ? zone : "UTC", definition_);
        if (const auto* error = std::get_if<Cron::Error>(&parsed)) {
            refuse(cron_.at, *error);
        } else if (!std::get<Cron>(parsed).ever_fires()) {
            reader_.refuse(cron_.at, "never fires: no date is like " + in_quotes(*cron_.value),
                           "day of month, month and day of week must all match");
        } else {
            return std::get<Cron>(std::move(parsed));
        }
        return std::nullopt;
    }

    void refuse(const Value& value, const Cron::Error& error) {
        const std::string place =
            error.position > 0 ? ", at character " + std::to_string(error.position) : std::string{};
        reader_.refuse(value, error.problem + place, error.remedy);
    }

    std::optional<TimePoint> read_instant(const Value& value) {
        const auto text = reader_.text(value);
        if (!text) return std::nullopt;
        const auto instant = parse_instant(*text);
        if (!instant)
            reader_.refuse(value, "must be an instant, is " + in_quotes(*text),
                           "write it like 2026-12-01T09:00:00+03:00, with Z or an offset");
        return instant;
    }

    Reader& reader_;
    const std::string& definition_;
    Part<std::string> cron_;
    Part<std::string> zone_;
    Part<Duration> every_;
    Part<TimePoint> from_;
};

}  // namespace

void read_schedule(Reader& reader, const Value& value, const std::string& definition,
                   std::optional<Schedule>& schedule) {
    const bool is_mapping = value.node->kind == Node::Kind::mapping;
    if (value.node->kind == Node::Kind::sequence)
        return reader.refuse(value, "must be a cron expression or a mapping, is a list");
    ScheduleReader parts(reader, definition);
    auto read = is_mapping ? parts.read(value) : parts.read_text(value);
    if (read) schedule = std::move(read);
}

}  // namespace jobhost::config
