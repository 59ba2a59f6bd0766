// netbit chat: the terminal, the model, and the threads that talk to the server.
#include "cli/Commands.h"
#include "cli/Person.h"
#include "cli/chat/Asker.h"
#include "cli/chat/Live.h"
#include "cli/chat/Nearby.h"
#include "cli/chat/Screen.h"

#include <condition_variable>
#include <cstdlib>
#include <thread>

namespace netbit::cli
{

namespace
{

using namespace chat;

/// The threads. They end soon once told to; a request that is under way then may take its time.
class Threads
{
public:
    explicit Threads(const Person& person)
        : _live(person, _shared)
        , _asker(person, _shared)
        , _nearby(person, _shared, _live.wishes)
    {
        _shared.touchedAt = steadyMs();
        _live.udp = &_nearby.again;
        start([this] { _live.run(); });
        start([this] { _asker.run(); });
        start([this] { _nearby.run(); });
    }

    Shared& shared() { return _shared; }

    void fulfil(Wish wish)
    {
        if (std::holds_alternative<TypeNow>(wish) && _shared.udpHears)
            _nearby.wishes.post(std::move(wish));
        else if (std::holds_alternative<TypeNow>(wish) || std::holds_alternative<Say>(wish))
            _live.wishes.post(std::move(wish));
        else if (std::holds_alternative<TryNow>(wish)) {
            _live.wishes.post(wish);
            _asker.wishes.ring();
        } else
            _asker.wishes.post(std::move(wish));
    }

    /// Whether all have ended in time.
    bool end(std::chrono::milliseconds patience)
    {
        _shared.stop = true;
        _live.wishes.ring();
        _asker.wishes.ring();
        _nearby.wishes.ring();
        _nearby.again.ring();
        std::unique_lock lock(_mutex);
        if (!_ended.wait_for(lock, patience, [this] { return _running == 0; }))
            return false;
        lock.unlock();
        for (auto& thread : _threads)
            thread.join();
        return true;
    }

private:
    template <class Body> void start(Body body)
    {
        ++_running;
        _threads.emplace_back([this, body] {
            body();
            const std::lock_guard lock(_mutex); // _running
            --_running;
            _ended.notify_all();
        });
    }

    Shared _shared;
    Live _live;
    Asker _asker;
    Nearby _nearby;
    std::mutex _mutex;
    std::condition_variable _ended;
    std::atomic<int> _running{0};
    std::vector<std::thread> _threads;
};

void serve(Model& model, Threads& threads, Screen& screen)
{
    auto& shared = threads.shared();
    while (!model.ended()) {
        screen.show(draw(model, screen.size()));
        pollfd both[] = {{STDIN_FILENO, POLLIN, 0}, {shared.news.bell(), POLLIN, 0}};
        constexpr int tickMs = 500; // for what passes with time: who types, when the next attempt is
        ::poll(both, 2, tickMs);
        model.tick(Clock::now());
        for (auto& news : shared.news.take())
            model.hear(std::move(news));
        bool input = false;
        while (const auto pressed = screen.read()) { // also when a signal woke us: the size is new
            input = true;
            shared.touchedAt = steadyMs();
            if (const auto* const key = std::get_if<Key>(&*pressed)) {
                if (*key == Key{Key::Name::control, U'l'})
                    screen.redrawAll();
                else
                    press(model, *key, screen.size());
            } else
                paste(model, std::get<std::u32string>(*pressed));
        }
        if (!input && (both[0].revents & (POLLHUP | POLLERR)) != 0)
            return; // the terminal is gone
        for (auto& wish : model.takeWishes())
            threads.fulfil(std::move(wish));
    }
}

ExitCode runChat(const Arguments& arguments, Terminal& terminal)
{
    if (!terminal.inIsTerminal || !terminal.outIsTerminal)
        return complain(terminal,
                        base::fault(base::Status::unsupported, "no_terminal",
                                    "netbit chat needs a terminal; netbit send and netbit tail do without."));
    auto person = Person::stored();
    if (!person)
        return complain(terminal, person.error());
    auto screen = Screen::open();
    if (!screen)
        return complain(terminal, screen.error());
    Model model(&onceKey);
    model.tick(Clock::now());
    model.touched();
    if (!arguments.plain().empty())
        model.wantChat(arguments.plain()[0]);
    // Not on the stack: where a request hangs, its thread goes with the process, and must find what it uses until then.
    auto threads = std::make_unique<Threads>(*person);
    serve(model, *threads, **screen);
    (*screen).reset();
    const auto link = model.link();
    const auto unsent = model.unsent();
    constexpr std::chrono::milliseconds patience(2'000);
    const bool ended = threads->end(patience);
    if (link.link == Link::ended)
        terminal.err << link.why << '\n';
    if (unsent > 0)
        terminal.err << "Messages that were not sent: " << unsent << ".\n";
    const auto code = unsent > 0 || link.link == Link::ended ? failed : success;
    if (!ended) {
        terminal.err.flush();
        std::_Exit(code);
    }
    return code;
}

} // namespace

std::vector<Command> screenCommands()
{
    return {{"chat",
             "[CHAT]",
             "Opens your chats on the whole terminal, at CHAT (an id or a name); F1 lists the keys.",
             {},
             0,
             1,
             runChat}};
}

} // namespace netbit::cli
