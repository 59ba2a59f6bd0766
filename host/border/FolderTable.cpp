#include "border/Convert.h"
#include "border/Services.h"
#include "border/Tables.h"

#include <filesystem>

namespace netbit::border {

namespace {

using base::fault;
using base::Status;

std::int32_t path(const nb_host* host, nb_str* out, nb_error* error)
{
    return answer(error, [&]() -> base::Result<void> {
        auto& generation = generationOf(host);
        notNull(out, "out");
        if (!generation.permits("folder"))
            return fault(Status::forbidden, "permission_missing",
                         "To have a folder, the manifest's permissions must have folder.");
        const auto made = generation.folder();
        if (!made)
            return made.error();
        *out = str(*made);
        return {};
    });
}

} // namespace

const nb_folder_api& folderTable() noexcept
{
    static constexpr nb_folder_api table{.size = sizeof(nb_folder_api), .reserved = 0, .path = &path};
    return table;
}

} // namespace netbit::border
