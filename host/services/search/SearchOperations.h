#pragma once
// What the search can do, by name: search.messages.

namespace netbit::services::operations {
class Operations;
}

namespace netbit::services::search {

class SearchService;

/// [control] `service` outlives the operations.
void addSearchOperations(operations::Operations& operations, SearchService& service);

} // namespace netbit::services::search
