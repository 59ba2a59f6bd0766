#pragma once
// A plugin that proves logins, as the auth service sees it.

#include "border/Generation.h"
#include <netbit/auth.h>
#include "services/auth/Providers.h"

namespace netbit::border {

/// Kept by the generation; whoever is asking holds it a little longer, and then gets no answer.
class Provider final : public services::auth::Provider {
public:
    Provider(Generation& generation, const nb_provider_calls& calls, void* user)
        : _generation(generation.shared_from_this()), _calls(calls), _user(user)
    {
    }

    const std::string& name() const noexcept override { return _generation->id(); }
    services::auth::ProviderAnswer check(std::string_view username, std::string_view password) noexcept override;

private:
    const std::shared_ptr<Generation> _generation;
    const nb_provider_calls _calls;
    void* const _user;
};

} // namespace netbit::border
