// The preprocessor's part of JOBHOST_ARGUMENTS, which calls visitor.visit(Field, member) for each name of a
// list, and of JOBHOST_ENUM, which makes an Enumerator of each.
#pragma once

#include <string_view>

namespace jobhost::detail {

enum class Presence { optional, required };

struct Field {
    std::string_view name;
    Presence presence;
};

template <class Enumeration>
struct Enumerator {
    Enumeration value;
    std::string_view name;
};

}  // namespace jobhost::detail

// Pasting turns `required(path)` into a call of the macro below, which yields three arguments where a plain
// `path` yields one; the next step reads presence and member from the second and third place.
#define JOBHOST_DETAIL_FIELD_required(member) ~, required, member
#define JOBHOST_DETAIL_VISIT(field) \
    JOBHOST_DETAIL_VISIT_EXPANDED(JOBHOST_DETAIL_FIELD_##field, optional, field)
#define JOBHOST_DETAIL_VISIT_EXPANDED(...) JOBHOST_DETAIL_VISIT_MEMBER(__VA_ARGS__)
#define JOBHOST_DETAIL_VISIT_MEMBER(ignored, presence, member, ...) \
    visitor.visit(::jobhost::detail::Field{#member, ::jobhost::detail::Presence::presence}, arguments.member);

// The same for enumerators: `named(automatic, "auto")` yields its text, and a plain `png` is its own.
#define JOBHOST_DETAIL_ENUMERATOR_named(enumerator, text) ~, enumerator, text
#define JOBHOST_DETAIL_ENUMERATOR(listed) \
    JOBHOST_DETAIL_ENUMERATOR_EXPANDED(JOBHOST_DETAIL_ENUMERATOR_##listed, listed, #listed)
#define JOBHOST_DETAIL_ENUMERATOR_EXPANDED(...) JOBHOST_DETAIL_ENUMERATOR_PAIR(__VA_ARGS__)
#define JOBHOST_DETAIL_ENUMERATOR_PAIR(ignored, enumerator, text, ...) \
    ::jobhost::detail::Enumerator<Enumeration>{Enumeration::enumerator, text},

// Applies `macro` to each argument. A macro does not expand inside itself, so each element asks for another
// scan, and 4^4 scans are made.
#define JOBHOST_DETAIL_FOR_EACH(macro, ...) \
    __VA_OPT__(JOBHOST_DETAIL_SCAN(JOBHOST_DETAIL_FOR_FIRST(macro, __VA_ARGS__)))
#define JOBHOST_DETAIL_FOR_REST() JOBHOST_DETAIL_FOR_FIRST
#define JOBHOST_DETAIL_PARENTHESES ()
#define JOBHOST_DETAIL_FOR_FIRST(macro, first, ...) \
    macro(first) __VA_OPT__(JOBHOST_DETAIL_FOR_REST JOBHOST_DETAIL_PARENTHESES(macro, __VA_ARGS__))
#define JOBHOST_DETAIL_SCAN(...) \
    JOBHOST_DETAIL_SCAN_4(JOBHOST_DETAIL_SCAN_4(JOBHOST_DETAIL_SCAN_4(JOBHOST_DETAIL_SCAN_4(__VA_ARGS__))))
#define JOBHOST_DETAIL_SCAN_4(...) \
    JOBHOST_DETAIL_SCAN_3(JOBHOST_DETAIL_SCAN_3(JOBHOST_DETAIL_SCAN_3(JOBHOST_DETAIL_SCAN_3(__VA_ARGS__))))
#define JOBHOST_DETAIL_SCAN_3(...) \
    JOBHOST_DETAIL_SCAN_2(JOBHOST_DETAIL_SCAN_2(JOBHOST_DETAIL_SCAN_2(JOBHOST_DETAIL_SCAN_2(__VA_ARGS__))))
#define JOBHOST_DETAIL_SCAN_2(...) \
    JOBHOST_DETAIL_SCAN_1(JOBHOST_DETAIL_SCAN_1(JOBHOST_DETAIL_SCAN_1(JOBHOST_DETAIL_SCAN_1(__VA_ARGS__))))
#define JOBHOST_DETAIL_SCAN_1(...) __VA_ARGS__
