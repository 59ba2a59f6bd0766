#ifndef NETBIT_DRAFT_FOLDER_HPP
#define NETBIT_DRAFT_FOLDER_HPP
/* The plugin's own folder, for C++ plugins. What holds for it stands in netbit/draft/folder.h. */
#include "netbit/draft/folder.h"
#include "netbit/result.hpp"

#include <string>

namespace netbit {

template <> struct ServiceOf<nb_folder_api> {
    static constexpr const char* id = NB_FOLDER_SERVICE;
};

/* Throws a Failure where the manifest lacks the service or the permission, or the folder cannot be made: for start(). */
inline std::string folderOf(const Host& host)
{
    const auto& api = host.require<nb_folder_api>();
    nb_str out{nullptr, 0};
    ErrorBuffer error;
    toResult(api.path(host.raw(), &out, error.get()), error).value();
    return std::string(toView(out));
}

} // namespace netbit
#endif
