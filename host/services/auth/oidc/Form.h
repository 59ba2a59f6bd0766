#pragma once
// application/x-www-form-urlencoded, for bodies and queries that we write.

#include <string>
#include <string_view>

namespace netbit::services::auth::oidc {

/// Everything but RFC 3986's unreserved characters is percent-encoded.
inline std::string formEncoded(std::string_view text)
{
    constexpr char digits[] = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                           c == '_' || c == '~';
        const auto byte = static_cast<unsigned char>(c);
        if (plain)
            out += c;
        else
            (((out += '%') += digits[byte >> 4]) += digits[byte & 15]);
    }
    return out;
}

class Form {
public:
    void add(std::string_view name, std::string_view value)
    {
        if (!_text.empty())
            _text += '&';
        _text += formEncoded(name) + '=' + formEncoded(value);
    }
    const std::string& text() const noexcept { return _text; }

private:
    std::string _text;
};

} // namespace netbit::services::auth::oidc
