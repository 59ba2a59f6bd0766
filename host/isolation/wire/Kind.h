#pragma once
// What a message is about. Both ends are of one build (the parent starts the program that lies beside it, and both say their
// version first), so the numbers are no promise.

#include <cstdint>

namespace netbit::isolation::wire {

enum class Kind : std::uint16_t {
    none,
    // To the child.
    hello,
    control,
    ping,
    result, ///< of a call that waits; the child's and, for control, the parent's
    request,
    timerFired,
    event,
    eventReset,
    eventRevoked,
    eventEnded,
    done,
    accepted,
    data,
    connEnded,
    connClosed,
    credit,
    streamClosed,
    datagram,
    // To the parent: answers and orders that wait for nothing.
    loaded,
    pong,
    reply,
    problem,
    unanswered,
    stream,
    streamWrite,
    streamEnd,
    connSend,
    connClose,
    connGone,
    connTook,
    sendTo,
    bodyPut,
    release,
    account,
    chatCreate,
    chatSend,
    operate,
    publishDurable,
    execute,
    eventTaken,
    unsubscribe,
    timerDone,
    timerCancel,
    log,
    metricChange,
    health,
    // To the parent: calls that wait for their result.
    addRoute,
    listen,
    bodyFetch,
    verify,
    impersonate,
    isValid,
    signingKey,
    verifyMac,
    profile,
    chatList,
    chatGet,
    chatPage,
    mayRead,
    subscribe,
    publish,
    lastId,
    timer,
    config,
    metric,
    migrate,
    query,
    cacheGet,
    cacheSet,
    cacheIncr,
    cacheRemove,
    count_
};

} // namespace netbit::isolation::wire
