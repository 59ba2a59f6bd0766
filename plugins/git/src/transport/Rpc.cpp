#include "transport/Rpc.h"

#include <csignal>

namespace netbit::git {

namespace {

/// So much of a body that nobody wants is read, so that a client that sends it all before it listens hears why.
constexpr std::uint64_t mostSkipped = 256u << 20;

Error busy(const Error& error)
{
    return error.code == "too_many_processes"
        ? Error(Status::unavailable, "too_busy", "The server serves as many clones and pushes as it can; try again soon.")
        : error;
}

} // namespace

Rpc::Rpc(Tools& tools, Later request, Form form)
    : _tools(tools), _form(std::move(form)), _request(std::move(request)),
      _inflater(_form.gzip ? std::make_unique<Inflater>(_form.mostBytes) : nullptr)
{
}

Rpc::~Rpc() = default;

void Rpc::run(const ProcessOptions& options)
{
    const Lock lock(_mutex);
    startChild(options);
    _process.endInput();
}

void Rpc::serve(const ProcessOptions& options)
{
    const Lock lock(_mutex); // so that the body waits for the child
    receive();
    startChild(options);
}

void Rpc::startChild(const ProcessOptions& options)
{
    if (_over)
        return;
    auto started = _tools.processes.start(options, shared_from_this()); // its first calls wait for the lock
    if (!started)
        return refuse(busy(started.error()));
    _process = std::move(*started);
    _running = true;
}

void Rpc::receive()
{
    if (_over)
        return;
    // Packed, it is no longer than unpacked but for some bytes.
    auto intake = _tools.bodies.receive(*_request, _form.mostBytes + mostSkipped, shared_from_this());
    if (!intake)
        return refuse(intake.error());
    _intake = std::move(*intake);
}

// The body.

Status Rpc::data(std::string_view bytes)
{
    const Lock lock(_mutex);
    if (_over)
        return Status::closed;
    pump(bytes);
    if (_over)
        return Status::closed;
    return _waiting ? Status::wouldBlock : Status::ok;
}

/// Takes what it can; what must wait is kept, and is at most one piece.
void Rpc::pump(std::string_view bytes)
{
    std::string_view piece;
    while (!_over && !_skipping && !_waiting && (!bytes.empty() || !piece.empty())) {
        if (piece.empty()) {
            if (!_inflater) {
                piece = std::exchange(bytes, {});
            } else {
                switch (_inflater->next(bytes, piece)) {
                case Inflater::State::piece: break;
                case Inflater::State::more: continue;
                case Inflater::State::tooMuch:
                    return refuse(Error(Status::tooLarge, "body_too_large", "The request becomes too large when it is unpacked."));
                case Inflater::State::broken:
                    return refuse(Error(Status::malformed, "bad_gzip", "The request's body is not what gzip makes."));
                }
            }
        }
        switch (take(piece)) {
        case Taken::yes: break;
        case Taken::wait: _waiting = true; break;
        case Taken::enough: _skipping = true; break;
        }
    }
    if (_skipping) {
        _skipped += bytes.size() + piece.size();
        if (_skipped > mostSkipped)
            finish();
        return;
    }
    if (_waiting) {
        _restOfPiece.assign(piece);
        _rest.assign(bytes);
    }
}

Rpc::Taken Rpc::take(std::string_view& bytes) { return toChild(bytes); }

Rpc::Taken Rpc::toChild(std::string_view& bytes)
{
    const auto state = _process.write(std::exchange(bytes, {}));
    return state == Status::ok ? Taken::yes : state == Status::wouldBlock ? Taken::wait : Taken::enough;
}

void Rpc::goOn()
{
    if (!_waiting || _over)
        return;
    _waiting = false;
    auto piece = std::exchange(_restOfPiece, {});
    const auto rest = std::exchange(_rest, {});
    std::string_view left = piece;
    while (!left.empty() && !_waiting && !_skipping && !_over) {
        const auto taken = take(left);
        _waiting = taken == Taken::wait;
        _skipping = taken == Taken::enough;
    }
    if (_waiting) {
        _restOfPiece.assign(left);
        _rest = rest;
        return;
    }
    pump(rest);
    if (_waiting || _over)
        return;
    if (_bodyWhole)
        endOfBody();
    else
        _intake.resume();
}

void Rpc::complete()
{
    const Lock lock(_mutex);
    _bodyWhole = true;
    if (!_waiting && !_over)
        endOfBody();
}

void Rpc::endOfBody()
{
    if (_inflater && !_skipping && !_inflater->complete())
        return refuse(Error(Status::malformed, "bad_gzip", "The request's body ends before gzip's does."));
    if (!std::exchange(_bodyDone, true))
        bodyEnded();
}

void Rpc::bodyEnded() { _process.endInput(); }

void Rpc::failed(const Error&)
{
    const Lock lock(_mutex);
    closed();
}

// The child.

Status Rpc::output(std::string_view bytes)
{
    const Lock lock(_mutex);
    heard(bytes);
    if (_over || _gone)
        return Status::ok; // it may end in peace
    say(bytes);
    return _outputWaits ? Status::wouldBlock : Status::ok;
}

void Rpc::beginAnswer()
{
    if (std::exchange(_answered, true) || !_request)
        return;
    Reply head(200);
    head.type(_form.contentType).header("Cache-Control", "no-cache, max-age=0, must-revalidate");
    auto stream = _request->stream(head, shared_from_this());
    _request.reset();
    if (stream)
        _stream = std::move(*stream);
    else
        _gone = true;
    if (!_form.prefix.empty())
        static_cast<void>(_stream.write(_form.prefix));
}

void Rpc::say(std::string_view bytes)
{
    beginAnswer();
    if (bytes.empty())
        return;
    const auto state = _stream.write(bytes);
    _outputWaits = state == Status::wouldBlock;
    if (state == Status::closed)
        closed();
}

void Rpc::drained()
{
    const Lock lock(_mutex);
    if (std::exchange(_outputWaits, false))
        _process.resume();
    goOn();
}

void Rpc::closed()
{
    const Lock lock(_mutex);
    if (_over)
        return;
    _gone = true;
    if (std::exchange(_outputWaits, false))
        _process.resume();
    if (!lost())
        return;
    if (_running)
        _process.kill();
    else
        finish();
}

bool Rpc::lost() { return true; }

void Rpc::exited(const ProcessEnd& end)
{
    const Lock lock(_mutex);
    _running = false;
    if (!end.good() && !_gone)
        _tools.log.info("git has not ended well.", {{"reason", std::to_string(end.reason)},
                                                    {"status", std::to_string(end.status)},
                                                    {"errors", end.errors.substr(0, 512)}});
    childEnded(end);
    if (_over)
        _process.close();
}

void Rpc::childEnded(const ProcessEnd& end)
{
    if (_answered || end.good()) {
        say({});
        return finish();
    }
    // git calls some of what a client may send a bug of its own, and aborts (a response-end packet in a request).
    if (end.reason == NB_PROCESS_EXITED || (end.reason == NB_PROCESS_SIGNALLED && end.status == SIGABRT))
        return refuse(Error(Status::malformed, "not_understood", "git does not understand this request."));
    refuse(Error(Status::unavailable, "git_ended", "git took too long, or more than it may have."));
}

// The answer.

void Rpc::answer(int status, std::string_view words)
{
    if (!std::exchange(_answered, true) && _request)
        _request->text(status, std::string(words) + '\n'); // git shows such a text to the person
    _request.reset();
    finish();
}

void Rpc::refuse(const Error& error)
{
    if (!std::exchange(_answered, true) && _request)
        _request->problem(error);
    _request.reset();
    finish();
}

void Rpc::finish()
{
    if (std::exchange(_over, true))
        return;
    _stream.end();
    _intake.close();
    if (_running)
        _process.kill(); // its end is still to be heard of
    else
        _process.close();
}

} // namespace netbit::git
