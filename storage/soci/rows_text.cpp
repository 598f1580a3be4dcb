#include "storage/soci/rows_text.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace jobhost::storage {

namespace {

// Control characters and what JSON itself needs: https://www.rfc-editor.org/rfc/rfc8259#section-7
void append_escaped(std::string& to, std::string_view text) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::size_t plain = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
        to.append(text, plain, i - plain);
        plain = i + 1;
        if (byte >= 0x20) {
            to.push_back('\\');
            to.push_back(text[i]);
        } else {
            to += "\\u00";
            to.push_back(kDigits[byte >> 4]);
            to.push_back(kDigits[byte & 0xf]);
        }
    }
    to.append(text, plain);
}

}  // namespace

void RowsText::begin_row() {
    text_ += text_.empty() ? "[" : ",";
    text_.push_back(has_arrays_ ? '[' : '{');
    is_first_ = true;
    nothings_ = 0;
}

void RowsText::begin_rest() {
    if (!has_arrays_) return;
    outer_nothings_ = std::exchange(nothings_, 0);
    rest_at_ = text_.size();
    for (std::size_t i = 0; i < outer_nothings_; ++i)
        text_ += ",null";
    text_ += ",[";
    is_first_ = true;
}

void RowsText::end_row() {
    if (rest_at_ != 0) {
        if (is_first_)
            text_.resize(rest_at_);
        else
            text_.push_back(']');
        rest_at_ = 0;
    }
    text_.push_back(has_arrays_ ? ']' : '}');
    ++rows_;
}

void RowsText::name(std::string_view name) {
    for (; nothings_ > 0; --nothings_) {
        text_ += is_first_ ? "null" : ",null";
        is_first_ = false;
    }
    if (!is_first_) text_.push_back(',');
    is_first_ = false;
    if (has_arrays_) return;
    text_.push_back('"');
    text_ += name;
    text_ += "\":";
}

void RowsText::number(long long value) {
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    text_.append(digits.data(), end);
}

void RowsText::put(std::string_view name, long long value) {
    this->name(name);
    number(value);
}

void RowsText::put(std::string_view name, std::optional<long long> value) {
    if (value)
        put(name, *value);
    else if (has_arrays_)
        ++nothings_;
}

void RowsText::put(std::string_view name, std::string_view text) {
    this->name(name);
    text_.push_back('"');
    append_escaped(text_, text);
    text_.push_back('"');
}

std::string RowsText::take() {
    rows_ = 0;
    if (!text_.empty()) text_.push_back(']');
    return std::exchange(text_, {});
}

}  // namespace jobhost::storage
