#pragma once
// A reply's head as text.

#include "edge/Exchange.h"
#include "edge/Server.h"

#include <ctime>
#include <string>
#include <string_view>

namespace netbit::edge {

/// How the peer learns where the body ends.
enum class Framing : std::uint8_t { length, chunked, close, none };

/// Belongs to one reactor: the text's memory and the date are used again and again.
class ReplyHead {
public:
    struct Message {
        Framing framing = Framing::length;
        bool http11 = true;
        bool keepAlive = true;
        std::uint64_t length = 0; ///< for Framing::length
        std::int64_t strictSeconds = 0; ///< of Strict-Transport-Security; 0: none
    };

    /// Borrowed until the next call. Header names and values that could break the head are left out, and complained of.
    std::string_view write(const Reply& reply, Message message, const Complaint& complain);

private:
    void refreshDate(std::time_t now);

    std::string _text;
    std::string _common; // the lines every reply has
    std::time_t _second = -1;
};

} // namespace netbit::edge
