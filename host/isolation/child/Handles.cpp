// Bodies and principals: numbers of the parent's, given back in batches.

#include "isolation/child/Handles.h"

#include "isolation/child/Host.h"
#include "isolation/child/Tables.h"

namespace netbit::isolation::child {

namespace {

constexpr Id ownNumbers = Id{1} << 63; // of bodies that this side has put there; the parent's own never get so far

} // namespace

const nb_body_api& bodyTable() noexcept
{
    static constexpr nb_body_api table{
        .size = sizeof(nb_body_api),
        .reserved = 0,
        .make = [](const nb_host*, nb_str bytes) -> nb_body* {
            try {
                return std::make_unique<nb_body>(std::string(wire::view(bytes))).release();
            } catch (const std::bad_alloc&) {
                return nullptr;
            }
        },
        .retain =
            [](nb_body* body) {
                if (body)
                    body->retain();
            },
        .release =
            [](nb_body* body) {
                if (body)
                    body->release();
            },
        .length = [](const nb_body* body) -> std::size_t { return body ? body->length : 0; },
        .pieces = [](const nb_body* body, nb_str* out, std::size_t capacity) -> std::size_t {
            if (!body || body->length == 0)
                return 0;
            const auto bytes = body->bytes();
            if (!bytes.ptr)
                return 0;
            if (out && capacity > 0)
                out[0] = bytes;
            return 1;
        },
    };
    return table;
}

} // namespace netbit::isolation::child

using netbit::isolation::child::Host;
using netbit::isolation::wire::Kind;
namespace wire = netbit::isolation::wire;

nb_body::~nb_body()
{
    if (_id != 0)
        Host::the().releaseBody(_id);
}

nb_str nb_body::bytes() const
{
    {
        const std::lock_guard lock(_mutex);
        if (_own)
            return wire::str(*_own);
        if (_frame)
            return _fetched;
    }
    return fetch();
}

/// Without the lock: the reactor may want it, and must read the reply.
nb_str nb_body::fetch() const
{
    netbit::isolation::wire::Frame frame;
    wire::Bytes reply;
    if (Host::the().call(Kind::bodyFetch, wire::BodyFetch{_id}, reply, nullptr, frame) != NB_OK) {
        Host::the().complain("The bytes of a body cannot be had.");
        return {nullptr, 0};
    }
    const std::lock_guard lock(_mutex);
    if (!_frame) {
        _frame.emplace(std::move(frame));
        _fetched = reply.bytes.bytes;
    }
    return _fetched;
}

void nb_body::passTo(wire::Payload& bytes, wire::Id& id)
{
    const std::lock_guard lock(_mutex);
    // One that goes to many is sent once, and named from then on.
    if (_own && _id == 0 && std::exchange(_used, true)) {
        _id = netbit::isolation::child::ownNumbers | Host::the().nextId();
        wire::BodyPut put;
        put.body = _id;
        put.bytes.bytes = wire::str(*_own);
        if (!Host::the().channel().send(Kind::bodyPut, put))
            _id = 0;
    }
    id = _id;
    if (_id == 0)
        bytes.bytes = wire::str(*_own);
}

nb_principal::~nb_principal() { Host::the().releasePrincipal(id); }
