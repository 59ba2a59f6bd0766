#pragma once
// What one generation hands to the next, on its way between them.

#include "border/Convert.h"
#include "border/Handles.h"
#include <netbit/handover.h>

#include <string>
#include <utility>
#include <vector>

namespace netbit::border {

/// Takes what a freeze gives, in order.
class Keeper {
public:
    static constexpr std::size_t largestPiece = 1024 * 1024;
    static constexpr std::size_t mostBytes = 64 * largestPiece; ///< of all pieces of one freeze

    /// `most`: pieces that are taken.
    explicit Keeper(std::size_t most) noexcept : _most(most) {}

    /// For nb_keep_fn, with this as its keeper.
    static std::int32_t keep(void* keeper, const nb_frozen* piece)
    {
        return answer(nullptr, [&]() -> base::Result<void> {
            return notNull(static_cast<Keeper*>(keeper), "keeper").take(structOf(piece, "piece"));
        });
    }

    std::size_t size() const noexcept { return _pieces.size(); }
    /// Good as long as the keeper.
    nb_frozen at(std::size_t index) const noexcept
    {
        const auto& piece = _pieces[index];
        return {sizeof(nb_frozen), piece.form, str(piece.bytes), piece.principal.get()};
    }

private:
    struct Release {
        void operator()(nb_principal* principal) const noexcept { principal->release(); }
    };
    struct Piece {
        std::uint32_t form;
        std::string bytes;
        std::unique_ptr<nb_principal, Release> principal;
    };

    base::Result<void> take(const nb_frozen& piece)
    {
        const auto bytes = bytesOf(piece.bytes, "piece.bytes");
        if (_pieces.size() >= _most || bytes.size() > largestPiece || _bytes + bytes.size() > mostBytes)
            return base::fault(base::Status::tooLarge, "piece_too_large", "This is more than can be kept.");
        _bytes += bytes.size();
        auto* const principal = const_cast<nb_principal*>(piece.principal);
        if (principal)
            principal->retain();
        _pieces.push_back({piece.form, std::string(bytes), std::unique_ptr<nb_principal, Release>(principal)});
        return {};
    }

    const std::size_t _most;
    std::size_t _bytes = 0;
    std::vector<Piece> _pieces;
};

/// What came of trying to move something.
enum class Moved : std::uint8_t {
    yes,     ///< or there is nothing to move any more
    notYet,  ///< asked again soon
    no,      ///< stays where it is
};

} // namespace netbit::border
