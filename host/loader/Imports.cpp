#include "loader/Imports.h"

#include <cstdint>
#include <dlfcn.h>
#include <elf.h>
#include <link.h>

namespace netbit::loader {

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

} // namespace netbit::loader
