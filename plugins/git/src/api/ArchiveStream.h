#pragma once
// An archive on its way to a client, at the client's pace: no thread waits for it.

#include "browse/Archive.h"

#include <netbit/exec.hpp>
#include <netbit/http.hpp>

#include <memory>
#include <mutex>

namespace netbit::git {

class ArchiveStream final : public StreamListener, public std::enable_shared_from_this<ArchiveStream> {
public:
    ArchiveStream(std::unique_ptr<Archive> archive, Exec exec) : _archive(std::move(archive)), _exec(exec) {}

    /// [worker] Answers. A Failure: nothing was answered.
    void start(Later& request, const Reply& head);

    void drained() override;
    void closed() override;

private:
    void step(); ///< [worker] writes until the client has enough to read, or there is no more

    std::unique_ptr<Archive> _archive; // of who is in step()
    Exec _exec;
    Stream _stream; // likewise
    std::mutex _mutex; // guards what follows
    bool _waiting = false;
    bool _room = false; // drained() came before anybody waited for it
    bool _gone = false;
};

} // namespace netbit::git
