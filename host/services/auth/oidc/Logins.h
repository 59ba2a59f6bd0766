#pragma once
// Logins by OpenID Connect: authorization code flow with PKCE, state, nonce (OpenID Connect Core 1.0; RFC 6749, 7636, 9207).

#include "base/Fetch.h"
#include "base/SharedCell.h"
#include "services/auth/Acts.h"
#include "services/auth/oidc/Flows.h"
#include "services/auth/oidc/RelyingParty.h"

#include <functional>

namespace netbit::services::auth::oidc {

/// Runs it soon on a thread that may wait for other servers. False: too much waits already.
using Run = std::function<bool(std::function<void()>)>;

/// What asks providers happens on threads of its own (Run), so a slow provider holds up its own logins and nothing else.
class Logins {
public:
    Logins(Core& core, base::Fetch fetch, Run run) : _core(core), _fetch(std::move(fetch)), _run(std::move(run)) {}

    void set(Settings settings); ///< [control] logins under way go on, where their provider stays
    void addOperations(operations::Operations& operations);

private:
    using Parties = std::vector<std::shared_ptr<RelyingParty>>;
    struct State {
        Settings settings{};
        Parties parties{};
    };
    using Call = operations::Call;

    base::Result<void> list(const Call& call, const Done& done) const;
    base::Result<void> start(const Call& call, Done done);
    base::Result<void> startLink(const Call& call, Done done);
    base::Result<void> finish(const Call& call, Done done);
    base::Result<void> token(const Call& call, Done done);
    base::Result<void> identities(const Call& call, const Done& done) const;
    base::Result<void> removeIdentity(const Call& call, Done done);
    base::Result<void> addIdentity(const Call& call, Done done);

    struct Party {
        std::shared_ptr<const State> state;
        std::shared_ptr<RelyingParty> party;
        const std::string& title() const { return party->settings().title; }
    };
    base::Result<Party> find(const Call& call) const;
    base::Result<void> begin(const Party& with, Flows::Flow flow, Done done);
    std::string startJson(const Party& with, const Metadata& metadata, Flows::Flow flow);
    /// The provider's answer was good: a session, a code for one, or a link.
    base::Result<void> conclude(const Party& with, const Flows::Flow& flow, const Identity& identity, const std::string& peer,
                                const std::string& client, Done done);
    base::Result<void> enter(storage::Id userId, const std::string& peer, const std::string& client, Done done);
    bool allowed(const std::string& peer);
    void count(const std::string& peer, const base::Error& error);

    Core& _core;
    const base::Fetch _fetch;
    const Run _run;
    Flows _flows;
    base::SharedCell<const State> _state{std::make_shared<const State>()};
};

std::string identityJson(const storage::IdentityRecord& identity);

} // namespace netbit::services::auth::oidc
