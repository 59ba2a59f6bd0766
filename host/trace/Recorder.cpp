#include "trace/Recorder.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <random>

namespace netbit::trace {

namespace {

/// Ids are no secrets: they must only differ.
std::uint64_t random64()
{
    thread_local std::mt19937_64 generator = [] {
        std::random_device device;
        std::seed_seq seed{device(), device(), device(), device(), device(), device(), device(), device()};
        return std::mt19937_64(seed);
    }();
    std::uint64_t value = 0;
    while (value == 0) // zeros are no id
        value = generator();
    return value;
}

template <std::size_t Size>
void fill(std::array<unsigned char, Size>& id)
{
    for (std::size_t at = 0; at < Size; at += sizeof(std::uint64_t)) {
        const auto value = random64();
        std::memcpy(id.data() + at, &value, sizeof value);
    }
}

template <std::size_t Size>
bool readHex(std::string_view text, std::array<unsigned char, Size>& into)
{
    const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
    if (text.size() != 2 * Size)
        return false;
    for (std::size_t i = 0; i < Size; ++i) {
        const int high = digit(text[2 * i]);
        const int low = digit(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        into[i] = static_cast<unsigned char>(high << 4 | low);
    }
    return true;
}

template <std::size_t Size>
bool zero(const std::array<unsigned char, Size>& id) noexcept
{
    return std::all_of(id.begin(), id.end(), [](unsigned char byte) { return byte == 0; });
}

} // namespace

SpanId newSpanId()
{
    SpanId id;
    fill(id);
    return id;
}

std::optional<Parent> parseTraceparent(std::string_view header)
{
    // 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
    constexpr std::size_t size = 55;
    Parent out;
    std::array<unsigned char, 1> version{};
    std::array<unsigned char, 1> flags{};
    if (header.size() < size || header[2] != '-' || header[35] != '-' || header[52] != '-' ||
        !readHex(header.substr(0, 2), version) || version[0] == 0xff || !readHex(header.substr(3, 32), out.trace) ||
        !readHex(header.substr(36, 16), out.span) || !readHex(header.substr(53, 2), flags) || zero(out.trace) || zero(out.span))
        return std::nullopt;
    if (header.size() > size && (version[0] == 0 || header[size] != '-'))
        return std::nullopt;
    out.sampled = (flags[0] & 1) != 0;
    return out;
}

void Recorder::setOptions(const RecorderOptions& options) noexcept
{
    _perMille.store(options.perMille, std::memory_order_relaxed);
    _followParent.store(options.followParent, std::memory_order_relaxed);
}

/// By the id of the trace alone, so that servers with the same share agree on the same traces.
bool Recorder::wanted(const Span& root, const std::optional<Parent>& parent) const noexcept
{
    if (parent && !parent->sampled)
        return false;
    if (parent && _followParent.load(std::memory_order_relaxed))
        return true;
    std::uint64_t low = 0;
    for (std::size_t i = 8; i < 16; ++i)
        low = low << 8 | root.trace[i];
    return static_cast<std::int64_t>((low >> 1) % 1'000) < _perMille.load(std::memory_order_relaxed);
}

SpanPtr Recorder::begin(std::string_view name, Kind kind, std::string_view traceparent)
{
    if (!on())
        return nullptr;
    const auto parent = parseTraceparent(traceparent);
    Span begun;
    if (parent) {
        begun.trace = parent->trace;
        begun.parent = parent->span;
    } else {
        fill(begun.trace);
    }
    if (!wanted(begun, parent))
        return nullptr;
    begun.kind = kind;
    begun.name = name;
    return std::make_shared<OpenSpan>(*this, std::move(begun));
}

void Recorder::add(Span&& ended)
{
    const std::lock_guard lock(_mutex); // _ended
    if (_ended.size() >= mostHeld) {
        _dropped.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    _recorded.fetch_add(1, std::memory_order_relaxed);
    _ended.push_back(std::move(ended));
}

std::vector<Span> Recorder::take(std::size_t most)
{
    const std::lock_guard lock(_mutex); // _ended
    const auto end = _ended.begin() + static_cast<std::ptrdiff_t>(std::min(most, _ended.size()));
    std::vector<Span> out(std::make_move_iterator(_ended.begin()), std::make_move_iterator(end));
    _ended.erase(_ended.begin(), end);
    return out;
}

} // namespace netbit::trace
