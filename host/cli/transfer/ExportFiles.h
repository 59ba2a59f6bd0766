#pragma once
// An export on its way from the server into files.

#include "cli/Http.h"

#include <cstdint>
#include <string>

namespace netbit::cli::transfer
{

/// Into that file, which is there whole or not at all. Gives the number of records. Error: what the server says; cut_short;
/// unwritable.
base::Result<std::int64_t> exportFile(const Http& http, const std::string& scope, const std::string& name, bool passwords,
                                      const std::string& file);
struct FetchedFiles {
    std::int64_t files = 0;   ///< with their bytes in the directory now
    std::int64_t missing = 0; ///< the server has not their bytes
};
/// The bytes of the files that an export names, each under its digest; those that are there stay.
base::Result<FetchedFiles> fetchFiles(const Http& http, const std::string& exportFile, const std::string& directory);
/// One chat into that directory; files that are there already are written anew. Gives the number of files.
base::Result<std::int64_t> exportDays(const Http& http, const std::string& chat, const std::string& directory);

/// Whether it is a name of a file of such an export: README.md, chat.jsonl, 2026/11/2026-11-28.md.
bool goodDayPath(std::string_view path) noexcept;

} // namespace netbit::cli::transfer
