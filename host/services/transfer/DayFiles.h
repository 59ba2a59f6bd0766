#pragma once
// One chat as files that a repository can hold: what happened on a day never changes the files of other days.
//
//   README.md               the chat, for people
//   chat.jsonl              the chat, its users and members, as an export has them
//   2026/11/2026-11-28.jsonl    the messages of that day (UTC), as an export has them
//   2026/11/2026-11-28.md       the same for people

#include "services/transfer/Export.h"

namespace netbit::services::transfer {

class DayFiles {
public:
    DayFiles(Export& source, const FileSink& sink) : _source(source), _sink(sink) {}

    /// Errors as Export::run has them.
    base::Result<void> run();

private:
    bool putChat(const storage::ChatRecord& chat, const std::vector<storage::UserRecord>& users);
    bool flush();

    Export& _source;
    const FileSink& _sink;
    std::string _day;
    std::string _lines;
    std::string _prose;
    bool _begun = false; ///< files of _day were written to already
};

} // namespace netbit::services::transfer
