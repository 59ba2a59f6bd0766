#pragma once
// A plugin's shared library, loaded from a copy of its own.

#include "base/Result.h"
#include "loader/Manifest.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

struct nb_plugin_entry;

namespace netbit::loader {

/// Closed when it is destroyed, and its copy removed: no code of it may be running then, and nothing may point into it.
class Library {
    struct Impl;
    struct Key { }; // only load() makes one

public:
    /// Copies `file` to `copy` (the same path twice gives the old library even after a rename), checks the digest if there
    /// is one, opens the copy with all symbols resolved and none given to others, and checks the entry against the
    /// manifest.
    /// Error: invalid / wrong_sha256, bad_library (with dlerror's words), bad_magic, bad_entry, abi_mismatch.
    static base::Result<std::unique_ptr<Library>> load(const std::filesystem::path& file,
                                                       const std::filesystem::path& copy, const Manifest& manifest);
    Library(Key, std::unique_ptr<Impl> impl);
    ~Library();

    /// [any] How many of this plugin were closed and are in memory all the same: the system keeps a library whose symbols
    /// others are bound to, or that has thread-local objects in a thread that lives on; and the loader one that makes keys of
    /// thread-specific data, since a destructor of those would be called when it is gone.
    static std::size_t stillMapped(const std::string& id);

    const nb_plugin_entry& entry() const noexcept { return *_entry; }
    /// It makes keys of thread-specific data, so its code stays in memory on purpose.
    bool pinned() const noexcept;

private:
    std::unique_ptr<Impl> _impl;
    const nb_plugin_entry* _entry = nullptr;
};

} // namespace netbit::loader
