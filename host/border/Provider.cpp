#include "border/Provider.h"

#include "border/Convert.h"
#include "border/Guard.h"

namespace netbit::border {

services::auth::ProviderAnswer Provider::check(std::string_view username, std::string_view password) noexcept
{
    nb_provided provided{};
    provided.size = sizeof provided;
    nb_error error{};
    error.size = sizeof error;
    std::int32_t status = NB_UNAVAILABLE;
    Guard guard(*_generation, "provider check");
    if (!guard || !guard.run([&] { status = _calls.check(_user, str(username), str(password), &provided, &error); }))
        return {base::Status::unavailable, {}};
    if (status == NB_OK)
        return {base::Status::ok, std::string(provided.email, strnlen(provided.email, sizeof provided.email))};
    if (status == NB_UNAUTHENTICATED)
        return {base::Status::unauthenticated, {}};
    quietly([&] { _generation->complain("It could not say whether a password is right: " + errorOf(error, status).detail); });
    return {base::Status::unavailable, {}};
}

} // namespace netbit::border
