#pragma once
// One JSON object on one line, member by member in the order of the calls, so that the same values give the same bytes.

#include "base/Json.h"
#include "base/Time.h"

#include <string>
#include <string_view>

namespace netbit::base {

/// What is empty, 0 or false is left out.
class JsonLine {
public:
    explicit JsonLine(std::string_view kind) : _text("{\"kind\":")
    {
        appendJsonString(_text, kind);
    }
    JsonLine() : _text("{") {} ///< an object inside of another

    JsonLine& text(std::string_view name, std::string_view value)
    {
        if (!value.empty())
            appendJsonString(key(name), value);
        return *this;
    }
    JsonLine& always(std::string_view name, std::string_view value)
    {
        appendJsonString(key(name), value);
        return *this;
    }
    JsonLine& time(std::string_view name, Millis at)
    {
        if (at != 0)
            appendJsonString(key(name), rfc3339(at));
        return *this;
    }
    JsonLine& when(std::string_view name, Millis at) ///< also 1970's first
    {
        appendJsonString(key(name), rfc3339(at));
        return *this;
    }
    JsonLine& number(std::string_view name, std::int64_t value)
    {
        if (value != 0)
            appendJsonInt(key(name), value);
        return *this;
    }
    JsonLine& flag(std::string_view name, bool value)
    {
        if (value)
            key(name) += "true";
        return *this;
    }
    /// JSON as it is; empty: nothing.
    JsonLine& raw(std::string_view name, std::string_view json)
    {
        if (!json.empty())
            key(name) += json;
        return *this;
    }

    std::string object() { return std::move(_text) + "}"; }
    std::string line() { return std::move(_text) + "}\n"; }

private:
    std::string& key(std::string_view name)
    {
        if (_text.size() > 1)
            _text += ',';
        appendJsonString(_text, name);
        return _text += ':';
    }

    std::string _text;
};

/// An array of what is JSON already.
class JsonList {
public:
    void add(std::string_view json)
    {
        _text += _text.empty() ? "[" : ",";
        _text += json;
    }
    void addText(std::string_view text)
    {
        _text += _text.empty() ? "[" : ",";
        appendJsonString(_text, text);
    }
    /// Empty when it has no element.
    std::string json() && { return _text.empty() ? std::string() : std::move(_text) + "]"; }

private:
    std::string _text;
};

} // namespace netbit::base
