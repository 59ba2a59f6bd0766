#include "border/Entry.h"

#include "border/Sizes.h"
#include "border/UnderWay.h"

#include <cstddef>
#include <cstdio>
#include <exception>

namespace netbit::border {

namespace {

using base::fault;
using base::Status;

std::string hex(std::uint32_t number)
{
    char text[16];
    std::snprintf(text, sizeof text, "0x%08x", number);
    return text;
}

base::Result<void> check(const nb_plugin_entry* entry, std::string_view id, std::string_view version)
{
    const auto refused = [](std::string_view code, const std::string& why) { return fault(Status::invalid, code, why); };
    if (!entry)
        return refused("bad_entry", "netbit_plugin_entry returned no entry.");
    if (entry->magic != NB_PLUGIN_MAGIC)
        return refused("bad_magic", "The library's magic number is " + hex(entry->magic) + ", not " +
                                        hex(NB_PLUGIN_MAGIC) + ": it is no plugin of NetBit.");
    if (entry->size < offsetof(nb_plugin_entry, flags))
        return refused("bad_entry", "The library's entry is too small.");
    if (!abiFits(entry->abi_major, entry->abi_minor))
        return refused("abi_mismatch", "The library has ABI " + std::to_string(entry->abi_major) + '.' +
                                           std::to_string(entry->abi_minor) + ", this host has ABI " + hostAbi() + '.');
    if (entry->size < leastSize<nb_plugin_entry> || !entry->id || !entry->version)
        return refused("bad_entry", "The library's entry is incomplete.");
    if (id != entry->id)
        return refused("bad_entry", "The library calls itself " + std::string(entry->id) + ", the manifest " +
                                        std::string(id) + '.');
    const std::string_view own = entry->version;
    if (own.substr(0, own.find('+')) != version) // what a build calls itself is no part of its version
        return refused("bad_entry", "The library is version " + std::string(own) + ", the manifest says " +
                                        std::string(version) + '.');
    if (!entry->calls)
        return refused("bad_entry", "The library's entry has no table of calls.");
    return {};
}

} // namespace

std::string hostAbi() { return std::to_string(NB_ABI_MAJOR) + '.' + std::to_string(NB_ABI_MINOR); }

bool abiFits(std::uint16_t major, std::uint16_t minor) noexcept
{
    return major == NB_ABI_MAJOR && static_cast<int>(minor) <= NB_ABI_MINOR;
}

base::Result<const nb_plugin_entry*> readEntry(EntryFunction& function, const std::string& id, std::string_view version)
{
    const struct Named {
        explicit Named(const char* plugin) : before(underWay())
        {
            callSlot().begin();
            callSlot().set({plugin, entrySymbol, nullptr});
        }
        ~Named() { callSlot().set(before); }
        UnderWay before;
    } named(interned(id));
    const nb_plugin_entry* entry = nullptr;
    try {
        entry = function();
    } catch (const std::exception& error) {
        return fault(Status::invalid, "bad_entry", "netbit_plugin_entry threw: " + std::string(error.what()));
    } catch (...) {
        return fault(Status::invalid, "bad_entry", "netbit_plugin_entry threw.");
    }
    if (auto checked = check(entry, id, version); !checked)
        return checked.error();
    return entry;
}

} // namespace netbit::border
