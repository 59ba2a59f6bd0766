#pragma once
// A file's bytes on their way in: from the connection's reactor, through a short queue, to a worker that may wait for the disk.

#include "edge/Exchange.h"
#include "edge/FileReply.h"
#include "services/transfer/TransferService.h"

#include <deque>
#include <mutex>
#include <optional>

namespace netbit::app {

class FileIntake final : public edge::BodySink, public std::enable_shared_from_this<FileIntake> {
public:
    FileIntake(std::shared_ptr<edge::Exchange> exchange, std::unique_ptr<services::transfer::FileTaking> taking,
               edge::OnWorker onWorker)
        : _exchange(std::move(exchange)), _taking(std::move(taking)), _onWorker(std::move(onWorker))
    {
    }

    // [reactor]
    bool data(std::string bytes) override;
    void end() override;
    void failed(const base::Error& error) override;

private:
    static constexpr std::size_t roomBytes = 1024 * 1024; ///< more than this waiting: the client has to

    void wake(std::unique_lock<std::mutex>& lock);
    void run();
    bool step(std::unique_lock<std::mutex>& lock);
    void answer(const base::Result<void>& done);

    const std::shared_ptr<edge::Exchange> _exchange;
    std::unique_ptr<services::transfer::FileTaking> _taking; // the worker's
    const edge::OnWorker _onWorker;

    std::mutex _mutex; // guards what follows
    std::deque<std::string> _pieces;
    std::size_t _waiting = 0; // bytes in them
    bool _whole = false;      // no piece will follow
    bool _broken = false;     // nor an end
    bool _full = false;       // the edge was told to wait
    bool _running = false;
    bool _over = false;
};

} // namespace netbit::app
