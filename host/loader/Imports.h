#pragma once
// What a library that is loaded wants from others.

#include <string_view>

namespace netbit::loader {

/// Whether the library behind a handle of dlopen has an undefined symbol of this name. False also for one without a GNU
/// hash table, which every linker of today writes.
bool imports(void* handle, std::string_view symbol) noexcept;

} // namespace netbit::loader
