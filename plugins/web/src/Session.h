#pragma once
// The session of a browser: its refresh token lives in a cookie that no script can read, and is exchanged here.

#include <netbit/auth.hpp>
#include <netbit/http.hpp>

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::web {

inline constexpr std::string_view cookieName = "netbit-session";

/// A Set-Cookie header for this path alone; no seconds: takes it away. Strict: no other site's request brings it.
/// Whether a request comes from a page of this very server, as far as its browser says: by Sec-Fetch-Site (Fetch Metadata), else by
/// an Origin that is the Host's. What says neither is no browser's that anybody else could lead here.
bool isOwnPages(std::string_view fetchSite, std::string_view origin, std::string_view host) noexcept;

std::string setCookie(std::string_view value, bool secure, long long seconds);

/// What a refresh answers, taken apart: the refresh token, and the rest as JSON for the script.
struct Parted {
    std::string refreshToken;
    std::string json;
};
std::optional<Parted> part(std::string_view sessionJson);

/// Exchanges refresh tokens. A token that was exchanged a moment ago gives the same answer again: a browser whose tab was
/// closed, or reloaded, before the answer came still has the old cookie, and would lose its session as a thief's does.
class Exchanges {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::seconds kept{20};
    static constexpr std::size_t mostKept = 1000;

    struct Asking {
        Later request;
        bool secure = false;
    };
    enum class Turn {
        first,   ///< asked: exchange it, and call settle()
        waits,   ///< another one has asked already, and both will be answered
        answered ///< from what is kept
    };

    Turn take(const std::string& token, Asking asking, Clock::time_point now, long long seconds);
    void settle(const std::string& token, Result<Parted> outcome, Clock::time_point now, long long seconds);

private:
    struct Entry {
        Clock::time_point made;
        std::optional<Parted> parted; ///< none yet: being exchanged
        std::vector<Asking> waiting;
    };

    static void answer(Asking& asking, const Parted& parted, long long seconds);
    void forgetOld(Clock::time_point now);

    std::mutex _mutex; // guards what follows
    std::map<std::string, Entry, std::less<>> _entries;
};

} // namespace netbit::web
