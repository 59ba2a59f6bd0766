#pragma once
// How long the structs that a plugin passes were in SDK 1.0: what is shorter is no such struct. They may grow at their end;
// these numbers stay, so that a plugin that was built with 1.0 goes on being loaded.

#include <netbit/auth.h>
#include <netbit/chat.h>
#include <netbit/draft/bodies.h>
#include <netbit/draft/files.h>
#include <netbit/draft/operations.h>
#include <netbit/draft/process.h>
#include <netbit/events.h>
#include <netbit/http.h>
#include <netbit/plugin.h>
#include <netbit/transport.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <optional>
#include <type_traits>

namespace netbit::border {

template <class T>
inline constexpr std::size_t leastSize = 0;

/// `last`: the member that was the last one in 1.0.
#define NETBIT_LEAST_SIZE(type, last)                                                                                  \
    template <>                                                                                                        \
    inline constexpr std::size_t leastSize<type> = offsetof(type, last) + sizeof(type::last)

NETBIT_LEAST_SIZE(nb_error, detail);
NETBIT_LEAST_SIZE(nb_signing_key, key);
NETBIT_LEAST_SIZE(nb_provider_calls, check);
NETBIT_LEAST_SIZE(nb_frozen, principal);
NETBIT_LEAST_SIZE(nb_plugin_entry, calls);
NETBIT_LEAST_SIZE(nb_plugin_calls, destroy);
NETBIT_LEAST_SIZE(nb_route, thaw);
NETBIT_LEAST_SIZE(nb_reply, header_count);
NETBIT_LEAST_SIZE(nb_stream_calls, freeze);
NETBIT_LEAST_SIZE(nb_listen_options, write_timeout_ms);
NETBIT_LEAST_SIZE(nb_tcp_calls, thaw);
NETBIT_LEAST_SIZE(nb_udp_calls, thaw);
NETBIT_LEAST_SIZE(nb_subscribe_options, name);
NETBIT_LEAST_SIZE(nb_event_calls, ended);
NETBIT_LEAST_SIZE(nb_new_chat, participants);
NETBIT_LEAST_SIZE(nb_new_message, key);
NETBIT_LEAST_SIZE(nb_page_query, lead);
NETBIT_LEAST_SIZE(nb_page_info, etag);
NETBIT_LEAST_SIZE(nb_operation_call, client);
NETBIT_LEAST_SIZE(nb_intake_calls, ended);
NETBIT_LEAST_SIZE(nb_file_reply, header_count);
NETBIT_LEAST_SIZE(nb_new_file, key);
NETBIT_LEAST_SIZE(nb_process_options, reserved);
NETBIT_LEAST_SIZE(nb_process_calls, ended);

#undef NETBIT_LEAST_SIZE

/// The part of a struct that the plugin knows, the rest zero. Nothing: it is null, or shorter than it ever was.
template <class T>
std::optional<T> knownPart(const T* in) noexcept
{
    static_assert(std::is_trivially_copyable_v<T> && leastSize<T> > 0);
    if (!in || in->size < leastSize<T>)
        return std::nullopt;
    T out{};
    std::memcpy(&out, in, std::min<std::size_t>(in->size, sizeof out));
    return out;
}

} // namespace netbit::border
