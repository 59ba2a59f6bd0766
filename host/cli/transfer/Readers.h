#pragma once
// What each format's reader is given and gives. A reader reads a source from its beginning to its end, in bounded memory, and
// puts one record after another; what it cannot make a record of it tells the report. Error: the source is none of its kind,
// or the sink cannot go on.

#include "cli/Progress.h"
#include "cli/transfer/Report.h"
#include "cli/transfer/Sender.h"

#include <functional>
#include <memory>
#include <string>

namespace netbit::cli::transfer
{

struct Reading {
    Sink& sink;
    Report& report;
    Progress& progress;
    std::string files{}; ///< the directory with the bytes of files, where there is one: AA/SHA-256
};

/// The same source read twice gives the same records under the same keys.
class Reader
{
public:
    virtual ~Reader() = default;
    virtual std::string source() const = 0; ///< as the server stores it: "slack:T012AB3C"
    virtual base::Result<void> read(const Reading& reading) = 0;
};

using ReaderPtr = std::unique_ptr<Reader>;

base::Result<ReaderPtr> openJsonLines(const std::string& path);
base::Result<ReaderPtr> openSlack(const std::string& path);
base::Result<ReaderPtr> openMattermost(const std::string& path);
base::Result<ReaderPtr> openSeed(const std::string& path);

} // namespace netbit::cli::transfer
