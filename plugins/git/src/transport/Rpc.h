#pragma once
// One request that a child of git serves: the body goes into its stdin, its stdout is the answer, and each side waits for the
// other. Nothing of either is held but a few pieces.

#include "transport/Inflater.h"
#include "transport/Tools.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace netbit::git {

class Rpc : public BodyTaker, public ProcessListener, public StreamListener, public std::enable_shared_from_this<Rpc> {
public:
    struct Form {
        std::string contentType; ///< of the answer
        std::string prefix{};    ///< the answer begins with it
        bool gzip = false;       ///< the body is
        std::uint64_t mostBytes = 0; ///< of the body, unpacked
    };

    Rpc(Tools& tools, Later request, Form form);
    ~Rpc() override;

    /// [worker] Starts the child, with nothing to read.
    void run(const ProcessOptions& options);
    /// [worker] Takes the body, and starts the child for it.
    void serve(const ProcessOptions& options);

    // From the host.
    Status data(std::string_view bytes) final;
    void complete() final;
    void failed(const Error& error) final;
    Status output(std::string_view bytes) final;
    void drained() final; // of the child and of the stream alike: whoever waited may go on
    void exited(const ProcessEnd& end) final;
    void closed() final;

protected:
    enum class Taken { yes, wait, enough };

    // With the lock held.
    virtual Taken take(std::string_view& bytes); ///< from the front of the unpacked body
    virtual void bodyEnded();                    ///< all of it was taken
    virtual void heard(std::string_view) {}      ///< what the child says, on its way
    virtual bool lost();                         ///< the client has gone: whether the child is to go too
    virtual void childEnded(const ProcessEnd& end);

    void goOn();                              ///< after `wait`
    void receive();                           ///< begins with the body
    void startChild(const ProcessOptions& options);
    void say(std::string_view bytes);         ///< begins the answer, if it has not begun
    void answer(int status, std::string_view words);
    void refuse(const Error& error);
    void finish();                            ///< ends the answer, and lets everything go
    Taken toChild(std::string_view& bytes);
    bool bodyIsWhole() const { return _bodyWhole; }
    bool isOver() const { return _over; }
    bool isLost() const { return _gone; }
    bool hasAnswered() const { return _answered; }

    using Lock = std::unique_lock<std::recursive_mutex>;
    Tools& _tools;
    std::recursive_mutex _mutex; // guards all that follows; recursive, since one end brings about another

private:
    void pump(std::string_view bytes);
    void endOfBody();
    void beginAnswer();

    const Form _form;
    std::optional<Later> _request;
    Intake _intake;
    Process _process;
    Stream _stream;
    std::unique_ptr<Inflater> _inflater;
    std::string _restOfPiece; // unpacked, and not taken yet
    std::string _rest;        // packed
    bool _waiting = false;    // the body waits for the child
    bool _bodyWhole = false;  // it has come
    bool _bodyDone = false;   // and was taken
    bool _skipping = false;   // what comes is thrown away
    std::uint64_t _skipped = 0;
    bool _outputWaits = false;
    bool _answered = false;
    bool _running = false;
    bool _gone = false; // the client
    bool _over = false;
};

} // namespace netbit::git
