#include "services/auth/Providers.h"

#include <algorithm>

namespace netbit::services::auth {

void Providers::add(ProviderPtr provider)
{
    auto list = *_list.load();
    const auto same = std::ranges::find_if(list, [&](const auto& each) { return each->name() == provider->name(); });
    if (same == list.end())
        list.push_back(std::move(provider));
    else
        *same = std::move(provider);
    _list.store(std::make_shared<const List>(std::move(list)));
}

void Providers::remove(const Provider& provider)
{
    auto list = *_list.load();
    if (std::erase_if(list, [&](const auto& each) { return each.get() == &provider; }) > 0)
        _list.store(std::make_shared<const List>(std::move(list)));
}

} // namespace netbit::services::auth
