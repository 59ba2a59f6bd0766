#pragma once
// Git's pkt-lines (gitprotocol-common): what a push asks for, and what receive-pack says became of it.

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::git {

std::string packet(std::string_view payload);
inline constexpr std::string_view flushPacket = "0000";
/// `payload` on a band of side-band-64k, in as many packets as it takes.
std::string banded(char band, std::string_view payload);

inline constexpr std::string_view noObject = "0000000000000000000000000000000000000000";

/// "old new ref" of a push. Ids are 40 lower-case hex digits.
struct Command {
    std::string ref;
    std::string from;
    std::string to;

    bool creates() const noexcept { return from == noObject; }
    bool deletes() const noexcept { return to == noObject; }
};

/// Reads what stands in front of the pack, from pieces of any size.
class CommandReader {
public:
    static constexpr std::size_t mostCommands = 2000;
    static constexpr std::size_t mostBytes = 1 << 20;

    enum class State { more, whole, broken };
    /// Takes what belongs to it from the front of `bytes`.
    State feed(std::string_view& bytes);
    State state() const noexcept { return _state; }
    const std::string& fault() const noexcept { return _fault; } ///< of a broken one, in words

    const std::vector<Command>& commands() const noexcept { return _commands; }
    bool can(std::string_view capability) const; ///< "report-status", "side-band-64k", "atomic"
    const std::string& bytes() const noexcept { return _bytes; } ///< all of it, as it came
    void forgetBytes() noexcept { std::string().swap(_bytes); }

private:
    State fail(std::string why);
    bool line(std::string_view text);

    State _state = State::more;
    std::string _fault;
    std::string _bytes;
    std::size_t _at = 0; // of the packet that is not whole yet
    std::vector<Command> _commands;
    std::vector<std::string> _capabilities;
};

/// Listens to receive-pack's answer on its way to the client: what the status report says of each ref.
class ReportReader {
public:
    explicit ReportReader(bool banded) : _banded(banded) {}
    void feed(std::string_view bytes);
    bool whole() const noexcept { return _whole; } ///< the report has come to its end
    bool accepted(const std::string& ref) const { const auto it = _refs.find(ref); return it != _refs.end() && it->second; }

private:
    void inner(std::string_view bytes);
    void line(std::string_view text);
    template <class Take> static bool split(std::string& buffer, Take&& take);

    const bool _banded;
    bool _whole = false;
    bool _broken = false;
    std::string _outer;
    std::string _inner;
    std::map<std::string, bool> _refs;
};

/// The report of a push that is refused as a whole, for a client that asked for `reader`'s capabilities.
std::string refusal(const CommandReader& reader, std::string_view words, std::string_view reason);

} // namespace netbit::git
