#pragma once
// Where the readers put their records: to a server in batches, or nowhere when they are only counted.

#include "cli/Http.h"
#include "cli/transfer/Lines.h"
#include "cli/transfer/Report.h"

#include <future>
#include <optional>
#include <string>
#include <vector>

namespace netbit::cli::transfer
{

class Sink
{
public:
    virtual ~Sink() = default;
    /// Takes one record, as JSON. `where` tells a person where it stands. Error: the import cannot go on.
    virtual base::Result<void> put(std::string_view kind, std::string json, std::string where) = 0;
    /// A file of that many bytes, with its record.
    virtual base::Result<void> putFile(std::string json, std::string where, Bytes& bytes, std::uint64_t size) = 0;
    virtual base::Result<void> finish() { return {}; }
};

/// Counts.
class DrySink final : public Sink
{
public:
    explicit DrySink(Report& report)
        : _report(report)
    {
    }
    base::Result<void> put(std::string_view kind, std::string, std::string) override
    {
        _report.read(kind);
        return {};
    }
    base::Result<void> putFile(std::string, std::string, Bytes&, std::uint64_t) override
    {
        _report.read("file");
        return {};
    }

private:
    Report& _report;
};

/// One batch is filled while the one before it is on its way. A batch that is sent again, by this run or another, adds only
/// what is missing: the server knows records by their keys.
class Sender final : public Sink
{
public:
    Sender(const Http& http, std::string source, Report& report)
        : _http(http)
        , _source(std::move(source))
        , _report(report)
    {
    }

    base::Result<void> put(std::string_view kind, std::string json, std::string where) override;
    base::Result<void> putFile(std::string json, std::string where, Bytes& bytes, std::uint64_t size) override;
    base::Result<void> finish() override;

private:
    base::Result<void> launch();
    base::Result<void> settle();
    static base::Result<boost::json::value> post(const Http& http, const std::string& body);

    const Http& _http;
    const std::string _source;
    Report& _report;
    std::string _body;
    std::vector<std::string> _wheres;
    std::vector<std::string> _sent; ///< of the batch on its way
    std::optional<std::future<base::Result<boost::json::value>>> _answer;
};

} // namespace netbit::cli::transfer
