#pragma once
// What can be done with files beside sending their bytes, by name (see services/operations).

#include "services/files/FileService.h"
#include "services/operations/Operations.h"

namespace netbit::services::files {

/// [control] before the first call. The service must live as long as the operations are called.
void addFileOperations(operations::Operations& operations, FileService& files);

} // namespace netbit::services::files
