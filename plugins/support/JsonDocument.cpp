#include "support/JsonDocument.h"

#include "support/JsonText.h"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

#include <cstdint>
#include <set>
#include <vector>

namespace netbit::support {

namespace {

namespace json = boost::json;
using json::error_code;
using json::string_view;

/// Builds the value and counts the members that the text has.
struct Builder {
    static constexpr std::size_t max_object_size = SIZE_MAX;
    static constexpr std::size_t max_array_size = SIZE_MAX;
    static constexpr std::size_t max_key_size = SIZE_MAX;
    static constexpr std::size_t max_string_size = SIZE_MAX;

    json::value_stack stack;
    std::size_t members = 0;

    Builder(json::storage_ptr temporary, unsigned char* buffer, std::size_t size)
        : stack(std::move(temporary), buffer, size)
    {
    }

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code&) { return true; }
    bool on_object_end(std::size_t count, error_code&)
    {
        members += count;
        stack.push_object(count);
        return true;
    }
    bool on_array_begin(error_code&) { return true; }
    bool on_array_end(std::size_t count, error_code&)
    {
        stack.push_array(count);
        return true;
    }
    bool on_key_part(string_view part, std::size_t, error_code&)
    {
        stack.push_chars(part);
        return true;
    }
    bool on_key(string_view last, std::size_t, error_code&)
    {
        stack.push_key(last);
        return true;
    }
    bool on_string_part(string_view part, std::size_t, error_code&)
    {
        stack.push_chars(part);
        return true;
    }
    bool on_string(string_view last, std::size_t, error_code&)
    {
        stack.push_string(last);
        return true;
    }
    bool on_number_part(string_view, error_code&) { return true; }
    bool on_int64(std::int64_t number, string_view, error_code&)
    {
        stack.push_int64(number);
        return true;
    }
    bool on_uint64(std::uint64_t number, string_view, error_code&)
    {
        stack.push_uint64(number);
        return true;
    }
    bool on_double(double number, string_view, error_code&)
    {
        stack.push_double(number);
        return true;
    }
    bool on_bool(bool flag, error_code&)
    {
        stack.push_bool(flag);
        return true;
    }
    bool on_null(error_code&)
    {
        stack.push_null();
        return true;
    }
    bool on_comment_part(string_view, error_code&) { return true; }
    bool on_comment(string_view, error_code&) { return true; }
};

/// Finds the first member that its object already has; runs only when it is known that there is one.
struct TwinFinder {
    static constexpr std::size_t max_object_size = SIZE_MAX;
    static constexpr std::size_t max_array_size = SIZE_MAX;
    static constexpr std::size_t max_key_size = SIZE_MAX;
    static constexpr std::size_t max_string_size = SIZE_MAX;

    struct Level {
        bool array = false;
        std::size_t index = 0;
        std::string key;
        std::set<std::string, std::less<>> seen;
    };
    std::vector<Level> levels;
    std::string key;
    std::string found; // pointer

    bool next()
    {
        if (!levels.empty() && levels.back().array)
            ++levels.back().index;
        return true;
    }
    bool open(bool array)
    {
        levels.emplace_back().array = array;
        return true;
    }
    bool close()
    {
        levels.pop_back();
        return next();
    }
    std::string pointer() const
    {
        std::string out;
        for (const auto& level : levels) {
            out += '/';
            if (level.array)
                appendInt(out, static_cast<std::int64_t>(level.index));
            else
                appendPointerToken(out, level.key);
        }
        return out;
    }

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code&) { return open(false); }
    bool on_object_end(std::size_t, error_code&) { return close(); }
    bool on_array_begin(error_code&) { return open(true); }
    bool on_array_end(std::size_t, error_code&) { return close(); }
    bool on_key_part(string_view part, std::size_t, error_code&)
    {
        key.append(part.data(), part.size());
        return true;
    }
    bool on_key(string_view last, std::size_t, error_code& error)
    {
        key.append(last.data(), last.size());
        auto& level = levels.back();
        level.key = std::move(key);
        key.clear();
        if (level.seen.insert(level.key).second)
            return true;
        found = pointer();
        error = json::error::extra_data; // only to stop here
        return false;
    }
    bool on_string_part(string_view, std::size_t, error_code&) { return true; }
    bool on_string(string_view, std::size_t, error_code&) { return next(); }
    bool on_number_part(string_view, error_code&) { return true; }
    bool on_int64(std::int64_t, string_view, error_code&) { return next(); }
    bool on_uint64(std::uint64_t, string_view, error_code&) { return next(); }
    bool on_double(double, string_view, error_code&) { return next(); }
    bool on_bool(bool, error_code&) { return next(); }
    bool on_null(error_code&) { return next(); }
    bool on_comment_part(string_view, error_code&) { return true; }
    bool on_comment(string_view, error_code&) { return true; }
};

std::size_t countMembers(const json::value& value)
{
    std::size_t count = 0;
    if (const auto* object = value.if_object()) {
        count = object->size();
        for (const auto& member : *object)
            count += countMembers(member.value());
    } else if (const auto* array = value.if_array()) {
        for (const auto& item : *array)
            count += countMembers(item);
    }
    return count;
}

json::parse_options strictOptions(std::size_t maxDepth)
{
    json::parse_options options;
    options.max_depth = maxDepth;
    return options;
}

JsonFault notWellFormed(const error_code& error, std::size_t offset)
{
    JsonFault fault;
    fault.code = error == json::error::too_deep ? "too_deep" : "invalid_json";
    fault.detail = error == json::error::too_deep ? "It is nested too deep at byte " : "It is not well-formed at byte ";
    appendInt(fault.detail, static_cast<std::int64_t>(offset));
    fault.detail += ": " + error.message() + ".";
    return fault;
}

} // namespace

JsonDocument::JsonDocument() : _memory(_room, sizeof _room) {}

std::optional<JsonFault> JsonDocument::parse(std::string_view text, std::size_t maxDepth)
{
    unsigned char scratch[2048]; // for values that are not yet inside their array or object
    json::basic_parser<Builder> parser(strictOptions(maxDepth), json::storage_ptr(), scratch, sizeof scratch);
    auto& builder = parser.handler();
    builder.stack.reset(&_memory);
    error_code error;
    const auto read = parser.write_some(false, text.data(), text.size(), error);
    if (!error && read < text.size())
        error = json::error::extra_data;
    if (error)
        return notWellFormed(error, read);
    _root = builder.stack.release();

    // A member that came twice has replaced the first, so the value has fewer than the text: no name need be remembered
    // as long as all is well.
    if (countMembers(_root) == builder.members)
        return std::nullopt;
    json::basic_parser<TwinFinder> finder(strictOptions(maxDepth));
    finder.write_some(false, text.data(), text.size(), error);
    return JsonFault{"duplicate_member", finder.handler().found, "The member is there twice."};
}

} // namespace netbit::support
