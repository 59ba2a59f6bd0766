#pragma once
// Takes bodies of any size, and answers with a file.

#include <netbit/draft/bodies.hpp>
#include <netbit/exec.hpp>
#include <netbit/plugin.hpp>

#include <cstdio>
#include <memory>

/// Counts a body's bytes. Every other piece makes it wait for a turn of its own.
class Measure final : public netbit::BodyTaker {
public:
    Measure(netbit::Exec exec, netbit::Later request)
        : _exec(exec)
        , _request(std::make_unique<netbit::Later>(std::move(request)))
    {
    }

    static netbit::Result<void> start(const netbit::Bodies& bodies, const netbit::Exec& exec, netbit::Request& request)
    {
        const auto measure = std::make_shared<Measure>(exec, request.defer());
        auto intake = bodies.receive(*measure->_request, 100'000, measure);
        if (!intake)
            return intake.error();
        measure->_intake = std::make_shared<netbit::Intake>(std::move(*intake));
        return {};
    }

    netbit::Status data(std::string_view bytes) override
    {
        _bytes += bytes.size();
        if (++_pieces % 2 != 0)
            return netbit::Status::ok;
        static_cast<void>(_exec.post([intake = _intake] { intake->resume(); }));
        return netbit::Status::wouldBlock;
    }
    void complete() override
    {
        _request->text(200, std::to_string(_bytes) + " in " + std::to_string(_pieces));
        _intake->close();
    }
    void failed(const netbit::Error& error) override
    {
        _request->problem(error);
        _intake->close();
    }

private:
    netbit::Exec _exec;
    std::unique_ptr<netbit::Later> _request;
    std::shared_ptr<netbit::Intake> _intake;
    std::size_t _bytes = 0;
    int _pieces = 0;
};

inline void sendTenBytes(const netbit::Bodies& bodies, netbit::Request& request)
{
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::tmpfile(), &std::fclose);
    std::fputs("0123456789", file.get());
    std::fflush(file.get());
    netbit::FileReply reply;
    reply.descriptor = fileno(file.get());
    reply.contentType = "text/plain";
    reply.etag = "\"ten\"";
    reply.header("X-Kind", "file");
    if (const auto sent = bodies.sendFile(request, reply); !sent)
        request.problem(sent.error());
}
