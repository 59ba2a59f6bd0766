#include "loader/Library.h"

#include "base/Digest.h"
#include "base/WholeFile.h"
#include "border/Entry.h"
#include "services/log/Log.h"

#include <boost/dll/shared_library.hpp>

#include <cstdint>
#include <dlfcn.h>
#include <elf.h>
#include <fstream>
#include <link.h>
#include <map>
#include <mutex>
#include <string_view>

namespace netbit::loader {

namespace {

using base::fault;
using base::Status;
namespace dll = boost::dll;

/// See Library::stillMapped(). Never destroyed: libraries are closed until the very end of the process.
class StillMapped {
public:
    static StillMapped& all()
    {
        static auto& one = *new StillMapped;
        return one;
    }
    void count(const std::string& id)
    {
        const std::lock_guard lock(_mutex);
        ++_byId[id];
    }
    std::size_t of(const std::string& id)
    {
        const std::lock_guard lock(_mutex);
        const auto found = _byId.find(id);
        return found == _byId.end() ? 0 : found->second;
    }

private:
    std::mutex _mutex; // guards _byId
    std::map<std::string, std::size_t> _byId;
};

/// What is hashed is what is loaded: the bytes are read once.
base::Result<void> copyChecked(const std::filesystem::path& file, const std::filesystem::path& copy,
                               const Manifest& manifest)
{
    const auto bytes = base::readWhole(file);
    if (!bytes)
        return fault(Status::invalid, "bad_library", bytes.error().detail);
    if (!manifest.sha256.empty()) {
        const auto digest = base::sha256Hex(*bytes);
        if (digest != manifest.sha256)
            return fault(Status::invalid, "wrong_sha256",
                         "The SHA-256 of " + file.string() + " is " + digest + ", but the manifest says " +
                             manifest.sha256 + '.');
    }
    std::ofstream out(copy, std::ios::binary | std::ios::trunc);
    out << *bytes;
    out.close();
    if (!out)
        return fault(Status::storageFull, "bad_library", "The copy " + copy.string() + " cannot be written.");
    std::error_code ignored;
    std::filesystem::permissions(copy, std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec, ignored);
    return {};
}

/// Whether the library has an undefined symbol of this name. False also for one without a GNU hash table, which every
/// linker of today writes.
bool imports(void* handle, std::string_view symbol) noexcept
{
    link_map* map = nullptr;
    if (::dlinfo(handle, RTLD_DI_LINKMAP, &map) != 0 || !map)
        return false;
    const ElfW(Sym)* symbols = nullptr;
    const char* names = nullptr;
    const std::uint32_t* hash = nullptr;
    for (const ElfW(Dyn)* entry = map->l_ld; entry->d_tag != DT_NULL; ++entry) {
        // Relocated by the loader of the system, so these are addresses (glibc, x86-64 and AArch64).
        if (entry->d_tag == DT_SYMTAB)
            symbols = reinterpret_cast<const ElfW(Sym)*>(entry->d_un.d_ptr);
        else if (entry->d_tag == DT_STRTAB)
            names = reinterpret_cast<const char*>(entry->d_un.d_ptr);
        else if (entry->d_tag == DT_GNU_HASH)
            hash = reinterpret_cast<const std::uint32_t*>(entry->d_un.d_ptr);
    }
    if (!symbols || !names || !hash)
        return false;
    // Only what is defined is hashed; what is not stands before it, behind the empty first symbol.
    const std::uint32_t firstHashed = hash[1];
    for (std::uint32_t i = 1; i < firstHashed; ++i)
        if (symbols[i].st_shndx == SHN_UNDEF && symbol == names + symbols[i].st_name)
            return true;
    return false;
}

} // namespace

struct Library::Impl {
    dll::shared_library library;
    std::string id;
    std::filesystem::path copy;
    bool pinned = false;
};

Library::Library(Key, std::unique_ptr<Impl> impl) : _impl(std::move(impl)) {}

Library::~Library()
{
    _impl->library.unload();
    // Asks only, and loads nothing.
    if (void* const still = ::dlopen(_impl->copy.c_str(), RTLD_LAZY | RTLD_NOLOAD)) {
        ::dlclose(still);
        StillMapped::all().count(_impl->id);
        services::log::warn("loader", "A library was closed, but the system keeps it in memory.",
                            {{"library", _impl->copy.string()}});
        return;
    }
    std::error_code ignored;
    std::filesystem::remove(_impl->copy, ignored);
}

bool Library::pinned() const noexcept { return _impl->pinned; }

std::size_t Library::stillMapped(const std::string& id) { return StillMapped::all().of(id); }

base::Result<std::unique_ptr<Library>> Library::load(const std::filesystem::path& file, const std::filesystem::path& copy,
                                                     const Manifest& manifest)
{
    if (auto copied = copyChecked(file, copy, manifest); !copied)
        return copied.error();
    auto impl = std::make_unique<Impl>();
    impl->id = manifest.id;
    try {
        // The throwing form: its message keeps what dlerror said.
        impl->copy = std::filesystem::absolute(copy);
        impl->library.load(impl->copy, dll::load_mode::rtld_now | dll::load_mode::rtld_local);
        // A destructor of thread-specific data (pthread_key_create) is called when its thread ends, and our threads outlive
        // the library. Nobody can find those keys, so its code stays: libc++abi linked statically has one.
        impl->pinned = imports(impl->library.native(), "pthread_key_create");
        if (impl->pinned)
            static_cast<void>(::dlopen(impl->copy.c_str(), RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE));
        auto out = std::make_unique<Library>(Key(), std::move(impl));
        auto entry = border::readEntry(out->_impl->library.get<border::EntryFunction>(border::entrySymbol), manifest.id,
                                       manifest.version.text());
        if (!entry)
            return entry.error();
        out->_entry = *entry;
        return out;
    } catch (const std::exception& error) {
        return fault(Status::invalid, "bad_library", "The library cannot be loaded: " + std::string(error.what()));
    }
}

} // namespace netbit::loader
