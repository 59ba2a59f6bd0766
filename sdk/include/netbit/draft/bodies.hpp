#ifndef NETBIT_DRAFT_BODIES_HPP
#define NETBIT_DRAFT_BODIES_HPP
/* Bodies of any size, for C++ plugins. What holds for each call stands in netbit/draft/bodies.h. */
#include "netbit/draft/bodies.h"
#include "netbit/http.hpp"

#include <memory>
#include <vector>

namespace netbit {

template <> struct ServiceOf<nb_bodies_api> {
    static constexpr const char* id = NB_BODIES_SERVICE;
};

/* Takes a body as it comes. [worker], one call at a time; held by the intake until its last call is over. */
class BodyTaker {
public:
    virtual ~BodyTaker() = default;
    /* ok: go on. wouldBlock: taken, but wait for Intake::resume(). Anything else: no more of it is wanted. */
    virtual Status data(std::string_view bytes) = 0;
    virtual void complete() = 0;
    virtual void failed(const Error& error) = 0;
};

/* The right to a body; closes it when it is destroyed. */
class Intake {
public:
    Intake() = default;
    Intake(Intake&& other) noexcept
        : _api(other._api)
        , _intake(std::exchange(other._intake, nullptr))
    {
    }
    Intake& operator=(Intake&& other) noexcept
    {
        if (this != &other) {
            close();
            _api = other._api;
            _intake = std::exchange(other._intake, nullptr);
        }
        return *this;
    }
    ~Intake() { close(); }

    void resume() const
    {
        if (_intake != nullptr) {
            _api->resume(_intake);
        }
    }
    void close() noexcept
    {
        if (nb_intake* const intake = std::exchange(_intake, nullptr)) {
            _api->close(intake);
        }
    }

private:
    friend class Bodies;
    Intake(const nb_bodies_api* api, nb_intake* intake) noexcept
        : _api(api)
        , _intake(intake)
    {
    }

    const nb_bodies_api* _api = nullptr;
    nb_intake* _intake = nullptr;
};

/* A file as an answer; everything is borrowed for the call. */
struct FileReply {
    std::int32_t descriptor = -1;
    std::string_view contentType;
    std::string_view etag;
    std::vector<nb_header> headers;

    void header(std::string_view name, std::string_view value) { headers.push_back({toStr(name), toStr(value)}); }
};

/* The options of a route that takes its body as it comes. */
inline RouteOptions streamed() { return worker().flags(NB_ROUTE_STREAMED); }

class Bodies {
public:
    /* Throws a Failure where the manifest does not want the service, or the host has none. */
    explicit Bodies(const Host& host)
        : _api(&host.require<nb_bodies_api>())
    {
    }

    /* For a route of streamed(). An error: not begun; the request is still to be answered. The first calls may come before
     * this returns. */
    Result<Intake> receive(const Later& request, std::uint64_t maxBytes, std::shared_ptr<BodyTaker> taker) const
    {
        auto share = std::make_unique<Share>(std::move(taker));
        nb_intake* out = nullptr;
        ErrorBuffer error;
        const auto status = _api->receive(request.raw(), &calls, share.get(), maxBytes, &out, error.get());
        if (status != NB_OK) {
            return error.toError(status);
        }
        static_cast<void>(share.release()); /* ended() frees it */
        return Intake(_api, out);
    }

    /* Answers. An error: still to be answered. */
    template <class Exchange> Result<void> sendFile(Exchange& request, const FileReply& file) const
    {
        nb_file_reply raw{};
        raw.size = sizeof raw;
        raw.descriptor = file.descriptor;
        raw.content_type = toStr(file.contentType);
        raw.etag = toStr(file.etag);
        raw.headers = file.headers.data();
        raw.header_count = file.headers.size();
        ErrorBuffer error;
        const auto status = _api->send_file(request.raw(), &raw, error.get());
        if (status != NB_OK) {
            return error.toError(status);
        }
        request.markAnswered();
        return {};
    }

private:
    using Share = std::shared_ptr<BodyTaker>;

    static std::int32_t data(void* user, nb_str bytes) noexcept
    {
        const Share taker = *static_cast<Share*>(user); /* it may close the intake, and so itself */
        return detail::guarded("intake data", std::int32_t{NB_INTERNAL}, [&] { return toNumber(taker->data(toView(bytes))); });
    }
    static void complete(void* user) noexcept
    {
        const Share taker = *static_cast<Share*>(user);
        detail::guardedRun("intake complete", [&taker] { taker->complete(); });
    }
    static void failed(void* user, const nb_error* error) noexcept
    {
        const Share taker = *static_cast<Share*>(user);
        detail::guardedRun("intake failed", [&] { taker->failed(Error(error->status, *error)); });
    }
    static void ended(void* user) noexcept { const std::unique_ptr<Share> end(static_cast<Share*>(user)); }

    static constexpr nb_intake_calls calls{sizeof(nb_intake_calls), 0, &data, &complete, &failed, &ended};

    const nb_bodies_api* _api;
};

} // namespace netbit
#endif
