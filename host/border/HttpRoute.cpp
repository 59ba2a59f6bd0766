#include "border/HttpRoute.h"

#include "border/Convert.h"
#include "border/Guard.h"
#include "border/Holdings.h"
#include "border/HttpHandles.h"
#include "border/Threads.h"

namespace netbit::border {

namespace {

using base::Status;
using edge::Outcome;

base::Error unavailable(const Generation& generation)
{
    return base::fault(Status::unavailable, "plugin_unavailable",
                       "The plugin " + generation.id() + " does not answer at the moment.");
}

base::Error ofStatus(std::int32_t status)
{
    const auto meaning = statusOf(status);
    if (meaning == Status::internal)
        return base::fault(meaning, "internal_error", "");
    return base::fault(meaning, "plugin_error", "The plugin refused the request.");
}

} // namespace

Outcome HttpRoute::handle(edge::Exchange& exchange)
{
    auto& breaker = _generation->breaker();
    const auto verdict = breaker.admits();
    if (verdict == Breaker::Verdict::refuse || _generation->overhung()) {
        if (verdict == Breaker::Verdict::trial)
            breaker.trialGivenUp();
        exchange.problem(unavailable(*_generation));
        return Outcome::replied;
    }
    const auto outcome = call(exchange);
    if (outcome == Outcome::wouldBlock && verdict == Breaker::Verdict::trial)
        breaker.trialGivenUp(); // the worker asks again
    return outcome;
}

Outcome HttpRoute::call(edge::Exchange& exchange)
{
    auto& generation = *_generation;
    Guard guard(generation, "handler");
    if (!guard) {
        generation.breaker().trialGivenUp();
        exchange.problem(unavailable(generation));
        return Outcome::replied;
    }
    const bool worker = !_fast || !onReactor(generation.services());
    auto owned = std::make_unique<nb_request>(generation, exchange, worker);
    auto& request = *owned;

    std::int32_t status = NB_INTERNAL;
    const bool returned = guard.run([&] { status = _function(_user, &request); });

    const auto state = request.state.load(std::memory_order_acquire);
    const bool deferred = (state & nb_request::deferred) != 0;
    const bool answered = (state & nb_request::answered) != 0;
    if (status == NB_WOULD_BLOCK && !answered && !deferred && !worker)
        return Outcome::wouldBlock;
    if (status == NB_OK && !answered && !deferred) {
        generation.complain("A handler returned NB_OK without an answer.");
        status = NB_INTERNAL;
    } else if (status == NB_WOULD_BLOCK && !answered && !deferred) {
        generation.complain("A handler returned NB_WOULD_BLOCK on a worker.");
        status = NB_INTERNAL;
    }
    // Counted before it is answered: who asks again at once finds the breaker as it is.
    if (statusOf(status) == Status::internal) {
        if (returned)
            generation.failed("handler", "it returned NB_INTERNAL");
        generation.handlerFailed();
    } else if (deferred && !answered) {
        generation.breaker().trialGivenUp(); // the answer will tell; it may never come
    } else if ((state & nb_request::broken) == 0) {
        generation.breaker().succeeded();
    }
    if (status != NB_OK && !answered &&
        (request.state.fetch_or(nb_request::answered, std::memory_order_acq_rel) & nb_request::answered) == 0) {
        exchange.problem(ofStatus(status));
        request.state.fetch_or(nb_request::given, std::memory_order_acq_rel);
    }

    if (!deferred)
        return Outcome::replied;
    // Whoever answers sees the bit, or has been here before us.
    static_cast<void>(owned.release());
    if ((request.state.fetch_or(nb_request::returned, std::memory_order_acq_rel) & nb_request::given) != 0)
        generation.holdings().requests.bury(request);
    return Outcome::replied;
}

} // namespace netbit::border
