#pragma once
// Sources of passwords beside the host's own, lent by plugins.

#include "base/Result.h"
#include "base/SharedCell.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::services::auth {

struct ProviderAnswer {
    base::Status status = base::Status::unauthenticated; ///< ok: the password is this user's; unavailable: nobody could say
    std::string email;                                   ///< may be empty
};

class Provider {
public:
    virtual ~Provider() = default;
    virtual const std::string& name() const noexcept = 0; ///< stays with the users it makes
    virtual ProviderAnswer check(std::string_view username, std::string_view password) noexcept = 0; ///< [worker]
};

using ProviderPtr = std::shared_ptr<Provider>;

/// Those that may be asked now, in the order in which they came.
class Providers {
public:
    using List = std::vector<ProviderPtr>;

    void add(ProviderPtr provider);        ///< [control] takes the place of one with the same name
    void remove(const Provider& provider); ///< [control] nothing happens where another has taken its place
    std::shared_ptr<const List> all() const { return _list.load(); } ///< [any]

private:
    base::SharedCell<const List> _list{std::make_shared<const List>()};
};

} // namespace netbit::services::auth
