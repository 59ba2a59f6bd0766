#pragma once
// A server on a loopback port, with a worker, and a client's view of its answers.

#include "edge/Server.h"
#include "edge/tests/Harness.h"
#include "net/tests/Client.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace netbit::tests {

/// A worker thread with a queue that can be full.
class Worker {
public:
    ~Worker()
    {
        {
            const std::lock_guard lock(_mutex);
            _stop = true;
        }
        _changed.notify_all();
        _thread.join();
    }
    bool take(std::function<void()> task)
    {
        const std::lock_guard lock(_mutex);
        if (full)
            return false;
        _tasks.push_back(std::move(task));
        _changed.notify_all();
        return true;
    }
    std::atomic<bool> full{false};

private:
    void run()
    {
        std::unique_lock lock(_mutex);
        for (;;) {
            _changed.wait(lock, [&] { return _stop || !_tasks.empty(); });
            if (_tasks.empty())
                return;
            auto task = std::move(_tasks.front());
            _tasks.pop_front();
            lock.unlock();
            task();
            task = nullptr;
            lock.lock();
        }
    }
    std::mutex _mutex; // guards _tasks, _stop
    std::condition_variable _changed;
    std::deque<std::function<void()>> _tasks;
    bool _stop = false;
    std::thread _thread{[this] { run(); }};
};

struct Answer {
    int status = 0;
    std::string head;
    std::string body;
    std::string field(std::string_view name) const
    {
        const auto at = head.find("\r\n" + std::string(name) + ": ");
        if (at == std::string::npos)
            return {};
        const auto begin = at + name.size() + 4;
        return head.substr(begin, head.find("\r\n", begin) - begin);
    }
};

class ServerFixture : public testing::Test {
protected:
    ServerFixture()
    {
        add("GET", "/fast", [](edge::Exchange& exchange) {
            exchange.reply(textReply("fast"));
            return edge::Outcome::replied;
        });
        add("POST", "/echo/{rest...}", [](edge::Exchange& exchange) {
            exchange.reply(textReply(std::string(exchange.body())));
            return edge::Outcome::replied;
        });
        add("GET", "/echo/{rest...}", [](edge::Exchange& exchange) {
            exchange.reply(textReply(std::string(exchange.param("rest")) + "|" + std::string(exchange.queryValue("q"))));
            return edge::Outcome::replied;
        });
        add("GET", "/", [](edge::Exchange& exchange) {
            exchange.reply(textReply("root"));
            return edge::Outcome::replied;
        });
        add("POST", "/", [](edge::Exchange& exchange) {
            exchange.reply(textReply("root"));
            return edge::Outcome::replied;
        });
    }
    ~ServerFixture() override { stop(); }

    void add(std::string method, std::string pattern, Handle::Call call, bool fast = true)
    {
        routes.push_back(route(std::move(method), std::move(pattern), std::move(call), fast));
    }
    void serve()
    {
        router.swap(edge::RouteTable::build(routes).value());
        reactors.start();
        server = std::make_unique<edge::Server>(
            reactors, router, gate, [this](std::function<void()> task) { return worker->take(std::move(task)); }, limits);
        server->setComplaint([this](std::string_view line) {
            const std::lock_guard lock(complaintsMutex);
            complaints.emplace_back(line);
        });
        const auto bound = server->listenTcp("127.0.0.1", 0);
        ASSERT_TRUE(bound.ok()) << bound.error().detail;
        port = *bound;
        server->start();
    }
    void stop()
    {
        worker.reset();
        server.reset();
        reactors.stop();
    }
    std::string complaint()
    {
        const std::lock_guard lock(complaintsMutex);
        return complaints.empty() ? "" : complaints.front();
    }

    static Answer readAnswer(Client& client, bool headOnly = false)
    {
        Answer answer;
        answer.head = client.readUntil("\r\n\r\n");
        if (answer.head.size() > 12)
            answer.status = std::atoi(answer.head.c_str() + 9);
        const auto length = answer.field("Content-Length");
        if (!headOnly && !length.empty())
            answer.body = client.read(static_cast<std::size_t>(std::stoul(length)));
        return answer;
    }
    static Answer get(Client& client, std::string_view target, std::string_view fields = {})
    {
        client.send("GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n");
        return readAnswer(client);
    }
    Answer get(std::string_view target, std::string_view fields = {})
    {
        Client client(port);
        return get(client, target, fields);
    }

    std::vector<edge::Route> routes;
    edge::Limits limits;
    OpenGate gate;
    edge::Router router;
    net::ReactorPool reactors{2};
    std::unique_ptr<Worker> worker = std::make_unique<Worker>();
    std::unique_ptr<edge::Server> server;
    std::uint16_t port = 0;
    std::mutex complaintsMutex;
    std::vector<std::string> complaints;
};

} // namespace netbit::tests
