// Fills a struct of arguments from the host's table, and says what is wrong with them.
#pragma once

#include <jobhost/detail/argument_kinds.hpp>
#include <jobhost/detail/host.hpp>
#include <jobhost/errors.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace jobhost::detail {

// Visits the fields of a struct to learn their names.
struct FieldNames {
    template <class T>
    void visit(Field field, T&) {
        names.push_back(field.name);
    }
    std::vector<std::string_view> names;
};

// Every function throws BadArguments with the JSON pointer of the first thing that is wrong.
class ArgumentReader {
public:
    explicit ArgumentReader(jobhost_context* context) noexcept : context_(context) {}

    // Reads the value at the present place into `out`; false and untouched if there is none.
    template <class T>
    bool read(T& out) {
        if constexpr (kIsOptional<T>)
            return read_optional(out);
        else if constexpr (kIsList<T>)
            return read_list(out);
        else if constexpr (kIsMap<T>)
            return read_map(out);
        else if constexpr (ArgumentStruct<T>)
            return read_struct(out);
        else
            return read_plain(out);
    }

    // Called by jobhost_visit_fields for each field of the struct at the present place.
    template <class T>
    void visit(Field field, T& out) {
        const bool found = below(field.name, [&] { return read(out); });
        if (found || field.presence == Presence::optional) return;
        throw BadArguments(child(field.name) + " is missing; it must be " + expected<T>());
    }

private:
    template <class T>
    bool read_plain(T& out) {
        if constexpr (std::same_as<T, bool>) {
            std::int32_t value = 0;
            if (!get<T>(host.api.get_boolean, value)) return false;
            out = value != 0;
        } else if constexpr (WholeNumber<T>) {
            std::int64_t value = 0;
            if (!get<T>(host.api.get_integer, value)) return false;
            if (!std::in_range<T>(value)) refuse<T>();
            out = static_cast<T>(value);
        } else if constexpr (std::floating_point<T>) {
            double value = 0;
            if (!get<T>(host.api.get_number, value)) return false;
            out = static_cast<T>(value);
        } else if constexpr (ArgumentEnum<T>) {
            jobhost_text value{};
            if (!get<T>(host.api.get_string, value)) return false;
            const std::optional<T> named = enum_value<T>(to_view(value));
            if (!named) refuse(choices<T>(to_view(value)));
            out = *named;
        } else {
            static_assert(std::same_as<T, std::string>,
                          "not a type that an argument may have; see jobhost/arguments.hpp");
            jobhost_text value{};
            if (!get<T>(host.api.get_string, value)) return false;
            out = to_view(value);
        }
        return true;
    }

    template <class T>
    bool read_optional(std::optional<T>& out) {
        T value{};
        if (!read(value)) return false;
        out = std::move(value);
        return true;
    }

    template <class T>
    bool read_list(std::vector<T>& out) {
        std::uint32_t size = 0;
        if (!get<std::vector<T>>(host.api.get_size, size)) return false;
        if (is_object()) refuse<std::vector<T>>();
        out.clear();
        for (std::uint32_t i = 0; i < size; ++i) {
            T element{};
            below(std::to_string(i), [&] { return read(element) || refuse<T>(); });
            out.push_back(std::move(element));
        }
        return true;
    }

    template <class T>
    bool read_map(std::map<std::string, T>& out) {
        std::uint32_t size = 0;
        if (!get<std::map<std::string, T>>(host.api.get_size, size)) return false;
        if (!is_object()) refuse<std::map<std::string, T>>();
        out.clear();
        for (const std::string& name : member_names(size)) {
            T value{};
            below(name, [&] { return read(value) || refuse<T>(); });
            out.emplace(name, std::move(value));
        }
        return true;
    }

    template <class T>
    bool read_struct(T& out) {
        std::uint32_t size = 0;
        if (!get<T>(host.api.get_size, size)) return false;
        if (!is_object()) refuse<T>();
        FieldNames known;
        jobhost_visit_fields(out, known);
        for (const std::string& name : member_names(size))
            if (std::find(known.names.begin(), known.names.end(), name) == known.names.end())
                throw BadArguments(child(name) + " is not an argument");
        jobhost_visit_fields(out, *this);
        return true;
    }

    // Both lists and objects have a size, but only an object has names. An empty object has no name number 0.
    bool is_object() const noexcept {
        jobhost_text name{};
        return call(host.api.get_name, context_, to_text(pointer_), std::uint32_t{0}, &name) !=
               JOBHOST_WRONG_TYPE;
    }

    std::vector<std::string> member_names(std::uint32_t size) const {
        std::vector<std::string> names;
        for (std::uint32_t i = 0; i < size; ++i) {
            jobhost_text name{};
            if (call(host.api.get_name, context_, to_text(pointer_), i, &name) == JOBHOST_OK)
                names.emplace_back(to_view(name));
        }
        return names;
    }

    // Asks the host for the value at the present place, which shall become a `T`; false if there is none.
    template <class T, class Value>
    bool get(jobhost_status(JOBHOST_CALL* function)(jobhost_context*, jobhost_text, Value*),
             Value& value) const {
        switch (call(function, context_, to_text(pointer_), &value)) {
            case JOBHOST_OK:
                return true;
            case JOBHOST_NOT_FOUND:
                return false;
            case JOBHOST_UNSUPPORTED:
                throw FatalError("host_too_old", "this host cannot hand over arguments");
            default:
                refuse<T>();
                return false;
        }
    }

    template <class T>
    bool refuse() const {
        return refuse(expected<T>());
    }
    bool refuse(const std::string& what_is_right) const {
        throw BadArguments((pointer_.empty() ? "the arguments" : pointer_) + " must be " + what_is_right);
    }

    // Does `read_there` at the member or element `name`, and comes back.
    template <class Read>
    bool below(std::string_view name, Read read_there) {
        const std::size_t here = pointer_.size();
        pointer_ = child(name);
        const bool found = read_there();
        pointer_.resize(here);
        return found;
    }

    std::string child(std::string_view name) const {
        std::string pointer = pointer_ + '/';
        for (const char c : name) {
            if (c == '~')
                pointer += "~0";
            else if (c == '/')
                pointer += "~1";
            else
                pointer += c;
        }
        return pointer;
    }

    jobhost_context* context_;
    std::string pointer_;  // JSON pointer to the present place; empty: all arguments
};

}  // namespace jobhost::detail
