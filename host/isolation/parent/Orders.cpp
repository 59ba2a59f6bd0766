// What the child sends: which of it the plugin may say, and who takes it.

#include "isolation/parent/Session.h"

namespace netbit::isolation::parent {

using base::fault;
using base::Status;

bool Session::allowed(wire::Kind kind) const
{
    using wire::Kind;
    const auto wants = [this](std::string_view service) { return _proxy.subject.services.contains(service); };
    switch (kind) {
    case Kind::reply:
    case Kind::problem:
    case Kind::unanswered:
    case Kind::stream:
    case Kind::streamWrite:
    case Kind::streamEnd:
    case Kind::addRoute: return wants(NB_HTTP_SERVICE);
    case Kind::connSend:
    case Kind::connClose:
    case Kind::connGone:
    case Kind::connTook:
    case Kind::sendTo:
    case Kind::listen: return wants(NB_TRANSPORT_SERVICE);
    case Kind::account:
    case Kind::verify:
    case Kind::impersonate:
    case Kind::isValid:
    case Kind::signingKey:
    case Kind::verifyMac:
    case Kind::profile: return wants(NB_AUTH_SERVICE);
    case Kind::chatCreate:
    case Kind::chatSend:
    case Kind::chatList:
    case Kind::chatGet:
    case Kind::chatPage:
    case Kind::mayRead: return wants(NB_CHAT_SERVICE);
    case Kind::operate: return wants(NB_OPERATIONS_SERVICE);
    case Kind::publish:
    case Kind::publishDurable:
    case Kind::lastId:
    case Kind::subscribe:
    case Kind::unsubscribe:
    case Kind::eventTaken: return wants(NB_EVENTS_SERVICE);
    case Kind::execute:
    case Kind::migrate:
    case Kind::query: return wants(NB_SQL_SERVICE);
    case Kind::timer:
    case Kind::timerDone:
    case Kind::timerCancel: return wants(NB_EXEC_SERVICE);
    case Kind::metric:
    case Kind::metricChange: return wants(NB_METRICS_SERVICE);
    case Kind::health: return wants(NB_HEALTH_SERVICE);
    case Kind::cacheGet:
    case Kind::cacheSet:
    case Kind::cacheIncr:
    case Kind::cacheRemove: return wants(NB_CACHE_SERVICE);
    default: return true;
    }
}

bool Session::take(wire::Frame& frame)
{
    using wire::Kind;
    if (!_loaded) {
        if (frame.head.kind != Kind::loaded)
            return broken("something before it had loaded the library");
        return with<wire::Loaded>(frame, [this](const wire::Loaded& loaded) {
            _sdk = wire::view(loaded.sdk);
            _toolchain = wire::view(loaded.toolchain);
            _loaded = loaded.status == NB_OK
                          ? base::Result<void>()
                          : fault(Status::invalid, loaded.error.code[0] != '\0' ? loaded.error.code : "bad_library",
                                  loaded.error.detail);
        });
    }
    if (frame.head.kind == Kind::pong) {
        _pinged.reset();
        return true;
    }
    if (!_proxy.tables())
        return broken("a call before it was created");
    if (!allowed(frame.head.kind))
        return broken("a call of a service that its manifest does not name");
    return takeOrder(frame);
}

bool Session::takeOrder(wire::Frame& frame)
{
    using wire::Kind;
    switch (frame.head.kind) {
    case Kind::result: return controlResult(frame);
    case Kind::reply: return takeReply(frame);
    case Kind::problem: return takeProblem(frame);
    case Kind::unanswered: return takeUnanswered(frame);
    case Kind::stream: return takeStream(frame);
    case Kind::streamWrite: return takeStreamWrite(frame);
    case Kind::streamEnd: return takeStreamEnd(frame);
    case Kind::connSend: return takeConnSend(frame);
    case Kind::connClose: return takeConnClose(frame);
    case Kind::connGone: return takeConnGone(frame);
    case Kind::connTook: return takeConnTook(frame);
    case Kind::sendTo: return takeSendTo(frame);
    case Kind::bodyPut:
        return with<wire::BodyPut>(frame, [this](const wire::BodyPut& put) {
            auto* const body = tables().body->make(tables().host, put.bytes.bytes);
            if (!body || !_bodies.putAs(put.body, body))
                broken("a body under a number that is taken, or none");
        });
    case Kind::release:
        return with<wire::Release>(frame, [this](const wire::Release& gone) {
            for (const auto id : gone.principals)
                _principals.release(id);
            for (const auto id : gone.bodies)
                _bodies.release(id);
        });
    case Kind::chatCreate: return takeChatCreate(frame);
    case Kind::chatSend: return takeChatSend(frame);
    case Kind::publishDurable: return takePublishDurable(frame);
    case Kind::execute: return takeExecute(frame);
    case Kind::eventTaken: return takeEventTaken(frame);
    case Kind::unsubscribe: return takeUnsubscribe(frame);
    case Kind::timerDone: return takeTimerDone(frame);
    case Kind::timerCancel: return takeTimerCancel(frame);
    case Kind::log:
        return with<wire::Log>(frame, [this](const wire::Log& line) {
            std::vector<nb_log_field> fields;
            for (const auto& field : line.fields)
                fields.push_back({field.name, field.value});
            tables().log->write(tables().host, line.level, line.message, fields.data(), fields.size());
        });
    case Kind::metricChange: return takeMetricChange(frame);
    case Kind::health:
        return with<wire::Health>(frame, [this](const wire::Health& health) {
            if (tables().health)
                tables().health->set(tables().host, health.state, health.why);
        });
    default: return takeCall(frame);
    }
}

bool Session::takeCall(wire::Frame& frame)
{
    using wire::Kind;
    const auto* const host = tables().host;
    switch (frame.head.kind) {
    case Kind::addRoute:
    case Kind::listen:
    case Kind::migrate:
    case Kind::config: controlCall(std::move(frame)); return true;

    case Kind::account: return later(frame, [](Session& self, wire::Frame& call) { self.account(call); });
    case Kind::operate: return later(frame, [](Session& self, wire::Frame& call) { self.operate(call); });
    case Kind::query: return later(frame, [](Session& self, wire::Frame& call) { self.query(call); });
    // Where the child may wait, the answer may have to be read from the disk.
    case Kind::chatList: {
        wire::ChatList wanted;
        if (wire::read(frame, wanted, _channel.trust()) && wanted.mayBlock)
            return later(frame, [](Session& self, wire::Frame& call) { self.list(call); });
        list(frame);
        return true;
    }
    case Kind::chatGet: {
        wire::ChatGet wanted;
        if (wire::read(frame, wanted, _channel.trust()) && wanted.mayBlock)
            return later(frame, [](Session& self, wire::Frame& call) { self.get(call); });
        get(frame);
        return true;
    }
    case Kind::chatPage: {
        wire::ChatPage wanted;
        if (wire::read(frame, wanted, _channel.trust()) && wanted.mayBlock)
            return later(frame, [](Session& self, wire::Frame& call) { self.page(call); });
        page(frame);
        return true;
    }
    case Kind::bodyFetch: return takeBodyFetch(frame);
    case Kind::verify:
        return answering<wire::Verify, wire::Who>(frame, [&](const wire::Verify& wanted, wire::Who& who, nb_error& error) {
            nb_principal* proven = nullptr;
            const auto status = tables().auth->verify(host, wanted.token, &proven, &error);
            return handPrincipal(status, proven, who);
        });
    case Kind::impersonate:
        return answering<wire::Impersonate, wire::Who>(
            frame, [&](const wire::Impersonate& wanted, wire::Who& who, nb_error& error) {
                nb_principal* proven = nullptr;
                const auto status = tables().auth->impersonate(host, wanted.userId, &proven, &error);
                return handPrincipal(status, proven, who);
            });
    case Kind::verifyMac:
        return answering<wire::VerifyMac, wire::Who>(
            frame, [&](const wire::VerifyMac& wanted, wire::Who& who, nb_error& error) {
                nb_principal* proven = nullptr;
                const auto status = tables().auth->verify_mac(host, wanted.session, wanted.bytes, wanted.mac,
                                                              wanted.sequence, &proven, &error);
                return handPrincipal(status, proven, who);
            });
    case Kind::isValid:
        return answering<wire::PrincipalId, wire::Flag>(
            frame, [&](const wire::PrincipalId& wanted, wire::Flag& flag, nb_error&) {
                const auto who = _principals.borrow(wanted.principal);
                flag.value = who ? tables().auth->is_valid(who.get()) : 0;
                return NB_OK;
            });
    case Kind::signingKey:
        return answering<wire::PrincipalId, wire::SigningKey>(
            frame, [&](const wire::PrincipalId& wanted, wire::SigningKey& out, nb_error& error) {
                const auto who = _principals.borrow(wanted.principal);
                nb_signing_key key{};
                key.size = sizeof key;
                const auto status = tables().auth->signing_key(host, who.get(), &key, &error);
                std::copy(std::begin(key.session), std::end(key.session), out.session.begin());
                std::copy(std::begin(key.key), std::end(key.key), out.key.begin());
                out.expiresIn = key.expires_in;
                return status;
            });
    case Kind::profile:
        return answering<wire::Profile, wire::Body>(
            frame, [&](const wire::Profile& wanted, wire::Body& out, nb_error& error) {
                const auto who = _principals.borrow(wanted.principal);
                nb_body* body = nullptr;
                const auto status = tables().auth->profile(host, who.get(), wanted.userId, &body, &error);
                return handBody(status, body, out);
            });
    case Kind::mayRead:
        return answering<wire::MayRead, wire::Nothing>(
            frame, [&](const wire::MayRead& wanted, wire::Nothing&, nb_error& error) {
                const auto who = _principals.borrow(wanted.principal);
                return tables().chat->may_read(host, who.get(), wanted.chatId, &error);
            });
    case Kind::subscribe: return takeSubscribe(frame);
    case Kind::publish: return takePublish(frame);
    case Kind::lastId:
        return answering<wire::Nothing, wire::Number>(frame, [&](const wire::Nothing&, wire::Number& out, nb_error&) {
            out.value = tables().events->last_id(host);
            return NB_OK;
        });
    case Kind::timer: return takeTimer(frame);
    case Kind::metric: return takeMetric(frame);
    case Kind::cacheGet:
        return with<wire::CacheKey>(frame, [&](const wire::CacheKey& wanted) {
            nb_error error{};
            error.size = sizeof error;
            nb_body* body = nullptr;
            const auto status = tables().cache->get(host, wanted.key, &body, &error);
            if (status != NB_OK) {
                _channel.sendRefusal(frame.head.call, status, error);
                return;
            }
            std::vector<nb_str> pieces(tables().body->pieces(body, nullptr, 0));
            tables().body->pieces(body, pieces.data(), pieces.size());
            wire::Bytes bytes;
            bytes.bytes.bytes = {"", 0};
            bytes.bytes.pieces = pieces;
            _channel.sendResult(frame.head.call, bytes);
            tables().body->release(body);
        });
    case Kind::cacheSet:
        return answering<wire::CacheSet, wire::Nothing>(
            frame, [&](const wire::CacheSet& wanted, wire::Nothing&, nb_error& error) {
                const auto call = wanted.onlyAdd ? tables().cache->add : tables().cache->set;
                return call(host, wanted.key, wanted.value.bytes, wanted.ttlMs, &error);
            });
    case Kind::cacheIncr:
        return answering<wire::CacheIncr, wire::Number>(
            frame, [&](const wire::CacheIncr& wanted, wire::Number& out, nb_error& error) {
                return tables().cache->incr(host, wanted.key, wanted.by, wanted.ttlMs, &out.value, &error);
            });
    case Kind::cacheRemove:
        return answering<wire::CacheKey, wire::Nothing>(
            frame, [&](const wire::CacheKey& wanted, wire::Nothing&, nb_error& error) {
                return tables().cache->remove(host, wanted.key, &error);
            });
    default: return broken("a message that is not for its host");
    }
}

bool Session::later(wire::Frame& frame, void (*work)(Session&, wire::Frame&))
{
    struct Job {
        std::shared_ptr<Session> session;
        wire::Frame frame;
        void (*work)(Session&, wire::Frame&);
    };
    constexpr unsigned mostAtOnce = 256; // far more than a sane child has threads and accounts to open
    if (_working.fetch_add(1) >= mostAtOnce) {
        _working.fetch_sub(1);
        return broken("too many calls at once");
    }
    const auto call = frame.head.call;
    auto job = std::make_unique<Job>(Job{shared_from_this(), std::move(frame), work});
    nb_error error{};
    error.size = sizeof error;
    const auto status = tables().exec->post(
        tables().host,
        [](void* user) {
            const std::unique_ptr<Job> mine(static_cast<Job*>(user));
            mine->work(*mine->session, mine->frame);
            mine->session->_working.fetch_sub(1);
        },
        job.get(), &error);
    if (status == NB_OK) {
        static_cast<void>(job.release()); // the task's now
        return true;
    }
    _working.fetch_sub(1);
    if (call != 0) {
        _channel.sendRefusal(call, status, error);
        return true;
    }
    const auto refuse = [&](auto order) {
        if (!wire::read(job->frame, order, _channel.trust()))
            return broken("a message that cannot be read");
        starting(order.token, [&](nb_error& told, void*) {
            told = error;
            return status;
        });
        return true;
    };
    return job->frame.head.kind == wire::Kind::operate ? refuse(wire::Operate()) : refuse(wire::Account());
}

} // namespace netbit::isolation::parent
