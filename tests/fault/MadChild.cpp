// Stands in for netbit-plugin-process: comes up as it should, then sends what no sane child would. Each life has a seed of
// its own, its process id, which is printed (and so in the log).

#include "isolation/wire/Build.h"
#include "isolation/wire/Channel.h"
#include "isolation/wire/Messages.h"

#include <cstdio>
#include <cstdlib>
#include <poll.h>
#include <random>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace {

using namespace netbit::isolation::wire;

std::mt19937_64 random_;

std::uint64_t below(std::uint64_t limit) { return std::uniform_int_distribution<std::uint64_t>(0, limit - 1)(random_); }

/// Numbers that are likely to be someone's, or just beyond.
std::uint64_t number()
{
    switch (below(6)) {
    case 0: return 0;
    case 1: return random_();
    case 2: return std::uint64_t{1} << 63 | below(4);
    default: return below(8);
    }
}

void appendRaw(std::string& out, const void* bytes, std::size_t length)
{
    out.append(static_cast<const char*>(bytes), length);
}

/// Fields of no message in particular: lengths that are nearly right, payloads that point anywhere.
std::string noise()
{
    std::string out;
    for (auto fields = below(12); fields > 0; --fields) {
        const auto value = number();
        switch (below(5)) {
        case 0: appendRaw(out, &value, 8); break;
        case 1: appendRaw(out, &value, 4); break;
        case 2: appendRaw(out, &value, 1); break;
        case 3: {
            const auto length = static_cast<std::uint32_t>(below(3) == 0 ? random_() : below(40));
            appendRaw(out, &length, 4);
            out.append(below(60), static_cast<char>('a' + below(26)));
            break;
        }
        default: {
            out += '\1'; // a block of shared memory
            const auto block = static_cast<std::uint32_t>(below(2) ? below(64) * 16 : random_());
            const auto length = static_cast<std::uint32_t>(below(2) ? below(100'000) : random_());
            appendRaw(out, &block, 4);
            appendRaw(out, &length, 4);
        }
        }
    }
    return out;
}

/// A message that reads well, with numbers and texts of nobody.
template <class M, class Change>
std::string good(Change&& change)
{
    M message;
    change(message);
    std::string out;
    Writer writer(out, nullptr);
    writer(message);
    return out;
}

std::string wellFormed(Kind kind)
{
    const auto id = [](auto& m) { m.principal = number(); };
    switch (kind) {
    case Kind::reply:
        return good<Reply>([](Reply& m) {
            m.request = number();
            m.status = static_cast<std::int32_t>(below(1200)) - 100;
            m.body = number();
            m.bytes.bytes = str("x\r\n\r\nHTTP/1.1 200 OK\r\n");
            m.headers.push_back({str("Content-Length"), str("5\r\nA: b")});
        });
    case Kind::problem: return good<Problem>([](Problem& m) { m.request = number(); m.error.status = static_cast<std::int32_t>(random_()); });
    case Kind::unanswered: return good<Unanswered>([](Unanswered& m) { m.request = number(); m.status = static_cast<std::int32_t>(below(40)); });
    case Kind::stream: return good<Stream>([](Stream& m) { m.stream = number(); m.head.request = number(); m.head.status = 200; });
    case Kind::streamWrite: return good<StreamWrite>([](StreamWrite& m) { m.stream = number(); m.body = number(); });
    case Kind::streamEnd: return good<StreamId>([](StreamId& m) { m.stream = number(); });
    case Kind::bodyPut: return good<BodyPut>([](BodyPut& m) { m.body = number(); m.bytes.bytes = str("body"); });
    case Kind::bodyFetch: return good<BodyFetch>([](BodyFetch& m) { m.body = number(); });
    case Kind::release: return good<Release>([](Release& m) { m.bodies = {number(), number()}; m.principals = {number(), number()}; });
    case Kind::verify: return good<Verify>([](Verify& m) { m.token = str("eyJ.e.s"); });
    case Kind::impersonate: return good<Impersonate>([](Impersonate& m) { m.userId = static_cast<std::int64_t>(number()); });
    case Kind::isValid:
    case Kind::signingKey: return good<PrincipalId>(id);
    case Kind::profile: return good<Profile>(id);
    case Kind::account: return good<Account>([](Account& m) { m.call = static_cast<std::uint8_t>(below(6)); m.token = number(); });
    case Kind::chatPage: return good<ChatPage>([](ChatPage& m) { m.principal = number(); m.chatId = static_cast<std::int64_t>(number()); m.mayBlock = static_cast<std::uint32_t>(below(2)); });
    case Kind::chatList: return good<ChatList>([](ChatList& m) { m.principal = number(); m.mayBlock = static_cast<std::uint32_t>(below(2)); });
    case Kind::chatGet: return good<ChatGet>([](ChatGet& m) { m.principal = number(); m.mayBlock = static_cast<std::uint32_t>(below(2)); });
    case Kind::mayRead: return good<MayRead>(id);
    case Kind::chatCreate: return good<ChatCreate>([](ChatCreate& m) { m.principal = number(); m.token = number(); });
    case Kind::chatSend: return good<ChatSend>([](ChatSend& m) { m.principal = number(); m.token = number(); });
    case Kind::query: return good<Statement>([](Statement& m) { m.sql = str("SELECT 1"); m.params.push_back({static_cast<std::uint32_t>(below(6)), 1, 0, str("x")}); });
    case Kind::execute: return good<Execute>([](Execute& m) { m.token = number(); m.statements.push_back({str("DROP TABLE users"), {}}); });
    case Kind::migrate: return good<Migrate>([](Migrate& m) { m.steps.push_back({str("x"), str("DROP TABLE users")}); });
    case Kind::listen: return good<Listen>([](Listen& m) { m.tcp = 1; m.name = str("x"); m.address = str("127.0.0.1"); });
    case Kind::lastId: return good<Nothing>([](Nothing&) {});
    case Kind::cacheGet:
    case Kind::cacheRemove: return good<CacheKey>([](CacheKey& m) { m.key = str("k"); });
    case Kind::cacheSet: return good<CacheSet>([](CacheSet& m) { m.key = str("k"); m.value.bytes = str("v"); m.ttlMs = number(); });
    case Kind::cacheIncr: return good<CacheIncr>([](CacheIncr& m) { m.key = str("k"); m.by = static_cast<std::int64_t>(random_()); });
    case Kind::metric: return good<Metric>([](Metric& m) { m.kind = static_cast<std::uint8_t>(below(4)); m.name = str("x_total"); m.bounds = {1, 0.5}; });
    case Kind::metricChange: return good<MetricChange>([](MetricChange& m) { m.metric = static_cast<std::uint32_t>(below(2)); m.call = static_cast<std::uint8_t>(below(4)); });
    case Kind::health: return good<Health>([](Health& m) { m.state = static_cast<std::uint32_t>(number()); });
    case Kind::subscribe: return good<Subscribe>([](Subscribe& m) { m.subscription = number(); m.flags = static_cast<std::uint32_t>(below(4)); m.topics.push_back(str("*")); });
    case Kind::unsubscribe: return good<SubscriptionId>([](SubscriptionId& m) { m.subscription = number(); });
    case Kind::eventTaken: return good<EventTaken>([](EventTaken& m) { m.subscription = number(); m.count = static_cast<std::uint32_t>(number()); });
    case Kind::publish:
    case Kind::publishDurable: return good<Publish>([](Publish& m) { m.principal = number(); m.topic = str("crashes.x"); m.data.bytes = str("{"); });
    case Kind::timer: return good<Timer>([](Timer& m) { m.timer = number(); m.ms = number(); m.periodic = static_cast<std::uint8_t>(below(2)); });
    case Kind::timerDone:
    case Kind::timerCancel: return good<TimerId>([](TimerId& m) { m.timer = number(); });
    case Kind::connSend: return good<ConnSend>([](ConnSend& m) { m.conn = number(); });
    case Kind::connTook: return good<ConnTook>([](ConnTook& m) { m.conn = number(); m.bytes = number(); });
    case Kind::sendTo: return good<Datagram>([](Datagram& m) { m.listener = static_cast<std::uint32_t>(below(3)); m.addressLength = static_cast<std::uint32_t>(below(64)); });
    case Kind::log: return good<Log>([](Log& m) { m.level = static_cast<std::uint32_t>(number()); m.message = str("mad\nlevel=error"); });
    case Kind::config: return good<Config>([](Config& m) { m.type = static_cast<std::uint8_t>(below(6)); m.key = str("number"); });
    case Kind::addRoute: return good<AddRoute>([](AddRoute& m) { m.method = str("GET"); m.pattern = str("/good"); m.access = 1; });
    default: return noise();
    }
}

void rave(Channel& channel)
{
    for (auto messages = below(40) + 1; messages > 0; --messages) {
        constexpr auto first = static_cast<std::uint64_t>(Kind::reply); // what a child may send at all
        constexpr auto end = static_cast<std::uint64_t>(Kind::count_);
        const auto kind = static_cast<Kind>(below(30) == 0 ? below(end + 3) : first + below(end - first));
        auto fields = below(8) == 0 ? noise() : wellFormed(kind);
        if (!fields.empty() && below(8) == 0)
            fields[below(fields.size())] = static_cast<char>(random_());
        Head head{static_cast<std::uint32_t>(fields.size()), kind, 0, number()};
        if (below(40) == 0)
            head.length = static_cast<std::uint32_t>(below(2) ? random_() : below(1'000'000));
        std::string whole;
        appendRaw(whole, &head, sizeof head);
        whole += fields;
        if (below(40) == 0)
            whole.resize(below(whole.size() + 1));
        if (::send(channel.socket(), whole.data(), whole.size(), MSG_NOSIGNAL) < 0)
            return;
    }
}

struct Ended {
    std::int32_t status = 0;
    nb_error error{};
    template <class Coder, class Self>
    static void code(Coder& c, Self& m)
    {
        c(m.status, m.error);
    }
};

} // namespace

int main()
{
    auto memory = SharedMemory::map(4);
    if (!memory)
        return 64;
    const auto seed = static_cast<std::uint64_t>(::getpid());
    random_.seed(seed);
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    std::fflush(stdout);
    std::uint64_t starting = 0; // the call of its life that waits for its route
    Channel channel(3, std::move(*memory), Side::child, [] {});
    for (Frame frame;;) {
        pollfd wanted{3, POLLIN, 0};
        ::poll(&wanted, 1, -1);
        if (!channel.receive())
            return 0;
        while (channel.next(frame) == Channel::Got::frame) {
            if (frame.head.kind == Kind::hello) {
                Loaded loaded;
                loaded.sdk = str("mad");
                channel.send(Kind::loaded, loaded);
            } else if (frame.head.kind == Kind::control) {
                Control control;
                read(frame, control, Reader::Trust::copy);
                if (control.call == static_cast<std::uint8_t>(Call::start)) {
                    AddRoute route;
                    route.method = str("GET");
                    route.pattern = str("/mad");
                    route.access = 1;
                    channel.send(Kind::addRoute, route, 1);
                    starting = frame.head.call;
                    continue;
                }
                if (control.call >= static_cast<std::uint8_t>(Call::quiesce))
                    rave(channel);
                channel.send(Kind::result, Ended{}, frame.head.call);
            } else if (frame.head.kind == Kind::result && starting != 0) {
                channel.send(Kind::result, Ended{}, std::exchange(starting, 0)); // the route is there
            } else if (frame.head.kind == Kind::ping) {
                channel.send(Kind::pong, Nothing{});
            } else if (frame.head.kind == Kind::request) {
                rave(channel);
            }
        }
    }
}
