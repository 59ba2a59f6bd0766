#include "isolation/parent/Isolated.h"

#include "isolation/parent/Keeper.h"

namespace netbit::isolation {

namespace {

using parent::Keeper;

/// The one whose create comes next on this thread: create is not told which entry it belongs to.
Keeper*& toBeCreated() noexcept
{
    static thread_local constinit Keeper* next = nullptr;
    return next;
}

Keeper& keeperOf(nb_plugin* plugin) noexcept { return *reinterpret_cast<Keeper*>(plugin); }

template <wire::Call call>
std::int32_t pass(nb_plugin* plugin, nb_error* error)
{
    return keeperOf(plugin).call(call, error);
}

constexpr nb_plugin_calls calls{
    .size = sizeof(nb_plugin_calls),
    .reserved = 0,
    .create = [](const nb_host* host, nb_plugin** out, nb_error* error) -> std::int32_t {
        auto* const keeper = std::exchange(toBeCreated(), nullptr);
        if (!keeper)
            return NB_INTERNAL;
        const auto status = keeper->create(host, error);
        if (status == NB_OK)
            *out = reinterpret_cast<nb_plugin*>(keeper);
        return status;
    },
    .configure = &pass<wire::Call::configure>,
    .start = &pass<wire::Call::start>,
    .quiesce = &pass<wire::Call::quiesce>,
    .stop = &pass<wire::Call::stop>,
    .destroy =
        [](nb_plugin* plugin) {
            nb_error ignored{};
            ignored.size = sizeof ignored;
            keeperOf(plugin).call(wire::Call::destroy, &ignored);
            keeperOf(plugin).stop();
        },
};

} // namespace

struct Isolated::Parts {
    Parts(Subject subject, Options options) : keeper(std::move(subject), std::move(options)) {}
    Keeper keeper;
    nb_plugin_entry entry{};
};

Isolated::Isolated(Key) {}

Isolated::~Isolated() = default;

std::set<std::string, std::less<>> Isolated::servicesNeeded() { return {NB_AUTH_SERVICE, NB_EXEC_SERVICE}; }

base::Result<std::unique_ptr<Isolated>> Isolated::launch(Subject subject, Options options)
{
    auto out = std::make_unique<Isolated>(Key());
    out->_parts = std::make_unique<Parts>(std::move(subject), std::move(options));
    auto& parts = *out->_parts;
    if (auto begun = parts.keeper.begin(); !begun)
        return begun.error();
    parts.entry.magic = NB_PLUGIN_MAGIC;
    parts.entry.size = sizeof parts.entry;
    parts.entry.abi_major = NB_ABI_MAJOR;
    parts.entry.abi_minor = NB_ABI_MINOR;
    parts.entry.id = parts.keeper.subject().id.c_str();
    parts.entry.version = parts.keeper.subject().version.c_str();
    parts.entry.sdk = parts.keeper.sdk.c_str();
    parts.entry.toolchain = parts.keeper.toolchain.c_str();
    parts.entry.calls = &calls;
    return out;
}

const nb_plugin_entry& Isolated::entry() noexcept
{
    toBeCreated() = &_parts->keeper;
    return _parts->entry;
}

ChildFacts Isolated::facts() const { return _parts->keeper.facts(); }

} // namespace netbit::isolation
