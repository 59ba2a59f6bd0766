#pragma once
// Strict reading of one JSON object: the first thing that is wrong is what is told.

#include "base/Json.h"
#include "base/Result.h"
#include "base/Time.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::services::transfer {

class Members {
public:
    Members(const boost::json::object& object, std::string pointer) : _object(object), _pointer(std::move(pointer)) {}

    std::string text(std::string_view name, std::size_t maxBytes, bool required = false)
    {
        const auto* const value = find(name, required);
        if (!value)
            return {};
        if (!value->is_string()) {
            wrong(name, "must be a string");
            return {};
        }
        const std::string_view found(value->get_string().data(), value->get_string().size());
        if (found.size() > maxBytes)
            wrong(name, "has more than " + std::to_string(maxBytes) + " bytes");
        else if (required && found.empty())
            wrong(name, "is empty");
        else if (found.find('\0') != found.npos)
            wrong(name, "holds a NUL");
        else
            return std::string(found);
        return {};
    }
    /// Without control characters.
    std::string line(std::string_view name, std::size_t maxBytes, bool required = false)
    {
        auto found = text(name, maxBytes, required);
        if (std::any_of(found.begin(), found.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }))
            wrong(name, "holds control characters");
        return found;
    }
    std::string oneOf(std::string_view name, std::initializer_list<std::string_view> choices, std::string_view otherwise)
    {
        auto found = line(name, 64);
        if (found.empty())
            return std::string(otherwise);
        if (std::find(choices.begin(), choices.end(), found) == choices.end())
            wrong(name, "is none of those that there are");
        return found;
    }
    base::Millis time(std::string_view name, bool required = false)
    {
        const auto found = line(name, 64, required);
        if (found.empty())
            return 0;
        const auto at = base::parseRfc3339(found);
        if (!at)
            wrong(name, "is no time of RFC 3339 since 1970");
        return at.value_or(0);
    }
    std::int64_t number(std::string_view name, std::int64_t most)
    {
        const auto* const value = find(name, false);
        if (!value)
            return 0;
        if (!value->is_int64() || value->get_int64() < 0 || value->get_int64() > most) {
            wrong(name, "must be a whole number of at most " + std::to_string(most));
            return 0;
        }
        return value->get_int64();
    }
    bool flag(std::string_view name)
    {
        const auto* const value = find(name, false);
        if (value && !value->is_bool())
            wrong(name, "must be true or false");
        return value && value->is_bool() && value->get_bool();
    }
    const boost::json::array& list(std::string_view name, std::size_t most)
    {
        static const boost::json::array none;
        const auto* const value = find(name, false);
        if (!value)
            return none;
        if (!value->is_array() || value->get_array().size() > most) {
            wrong(name, "must be an array of at most " + std::to_string(most));
            return none;
        }
        return value->get_array();
    }
    /// read(Members&) for each object of the list.
    template <class Read>
    void each(std::string_view name, std::size_t most, Read read)
    {
        const auto& array = list(name, most);
        for (std::size_t i = 0; i < array.size() && _good; ++i) {
            const auto at = _pointer + "/" + std::string(name) + "/" + std::to_string(i);
            if (!array[i].is_object()) {
                _good = base::fault(base::Status::invalid, "invalid_member", "It must be an object.", at);
                return;
            }
            Members inner(array[i].get_object(), at);
            read(inner);
            if (auto good = inner.done(); !good)
                _good = good;
        }
    }

    boost::json::object object(std::string_view name)
    {
        const auto* const value = find(name, false);
        if (value && !value->is_object())
            wrong(name, "must be an object");
        return value && value->is_object() ? value->get_object() : boost::json::object();
    }

    void wrong(std::string_view name, std::string_view why)
    {
        if (_good)
            _good = base::fault(base::Status::invalid, "invalid_member",
                                "\"" + std::string(name) + "\" " + std::string(why) + ".", _pointer + "/" + std::string(name));
    }
    /// Nothing was wrong, and nothing is left over.
    base::Result<void> done()
    {
        for (const auto& member : _object) {
            const std::string_view name = member.key();
            if (std::find(_asked.begin(), _asked.end(), name) == _asked.end())
                wrong(name.substr(0, 100), "is not known here");
        }
        return _good;
    }

private:
    const boost::json::value* find(std::string_view name, bool required)
    {
        _asked.push_back(name);
        const auto* const value = _object.if_contains(name);
        if (value && !value->is_null())
            return value;
        if (required)
            wrong(name, "is missing");
        return nullptr;
    }

    const boost::json::object& _object;
    std::string _pointer;
    std::vector<std::string_view> _asked; // literals
    base::Result<void> _good;
};

} // namespace netbit::services::transfer
