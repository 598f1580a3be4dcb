// What Boost.JSON's parser tells while it reads, so that a text can be judged without being kept.
#pragma once

#include <boost/json/error.hpp>
#include <boost/json/string_view.hpp>

#include <cstddef>
#include <cstdint>

namespace jobhost::worker {

// Hears nothing. A handler for boost::json::basic_parser derives from this and hides what it wants to hear.
struct JsonListener {
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    using Ec = boost::json::error_code;
    using Text = boost::json::string_view;

    bool on_document_begin(Ec&) { return true; }
    bool on_document_end(Ec&) { return true; }
    bool on_object_begin(Ec&) { return true; }
    bool on_object_end(std::size_t, Ec&) { return true; }
    bool on_array_begin(Ec&) { return true; }
    bool on_array_end(std::size_t, Ec&) { return true; }
    bool on_key_part(Text, std::size_t, Ec&) { return true; }
    bool on_key(Text, std::size_t, Ec&) { return true; }
    bool on_string_part(Text, std::size_t, Ec&) { return true; }
    bool on_string(Text, std::size_t, Ec&) { return true; }
    bool on_number_part(Text, Ec&) { return true; }
    bool on_int64(std::int64_t, Text, Ec&) { return true; }
    bool on_uint64(std::uint64_t, Text, Ec&) { return true; }
    bool on_double(double, Text, Ec&) { return true; }
    bool on_bool(bool, Ec&) { return true; }
    bool on_null(Ec&) { return true; }
    bool on_comment_part(Text, Ec&) { return true; }
    bool on_comment(Text, Ec&) { return true; }
};

}  // namespace jobhost::worker
