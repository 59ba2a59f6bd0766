#pragma once
// The records that a reader gives, and what it says of the rest.

#include "cli/transfer/Readers.h"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>
#include <sstream>
#include <vector>

namespace netbit::cli::test
{

class Collected final : public transfer::Sink
{
public:
    base::Result<void> put(std::string_view kind, std::string json, std::string) override
    {
        auto parsed = boost::json::parse(json);
        EXPECT_EQ(parsed.at("kind").as_string(), kind);
        records.push_back(std::move(parsed));
        return {};
    }

    base::Result<void> putFile(std::string json, std::string where, transfer::Bytes&, std::uint64_t) override
    {
        return put("file", std::move(json), std::move(where));
    }

    std::vector<boost::json::value> of(std::string_view kind) const
    {
        std::vector<boost::json::value> found;
        for (const auto& record : records)
            if (record.at("kind").as_string() == kind)
                found.push_back(record);
        return found;
    }
    /// The one with that id.
    boost::json::value one(std::string_view kind, std::string_view id) const
    {
        for (const auto& record : of(kind))
            if (record.at("id").as_string() == id)
                return record;
        ADD_FAILURE() << "no " << kind << " " << id;
        return boost::json::object();
    }

    std::vector<boost::json::value> records;
};

struct ReadOut {
    Collected sink;
    std::string report;
    base::Result<void> outcome;
    std::string source;
};

/// What comes of a source, or why it was refused.
template <class Open> ReadOut readOut(Open open, const std::string& path)
{
    ReadOut out;
    auto reader = open(path);
    if (!reader) {
        out.outcome = reader.error();
        return out;
    }
    std::ostringstream nowhere;
    Progress progress(nowhere, ProgressStyle::none);
    transfer::Report report;
    out.source = (*reader)->source();
    out.outcome = (*reader)->read({out.sink, report, progress});
    std::ostringstream printed;
    report.print(printed, false, true);
    out.report = printed.str();
    return out;
}

inline std::string at(const boost::json::value& value, std::string_view member)
{
    const auto* const found = value.as_object().if_contains(member);
    return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

} // namespace netbit::cli::test
