#pragma once
// The routes of git's smart HTTP (gitprotocol-http(5)). What a URL names is asked of the host, and is never a path or an option here.

#include "chats/Chats.h"
#include "transport/Access.h"
#include "transport/Tools.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace netbit::git {

/// All [worker], as route handlers.
class GitRoutes {
public:
    GitRoutes(Tools& tools, Chats& chats) : _tools(tools), _chats(chats) {}

    /// GET …/info/refs?service=…
    Result<void> refs(Request& request) const;
    /// POST …/git-upload-pack
    Result<void> fetch(Request& request) const;
    /// POST …/git-receive-pack
    Result<void> push(Request& request) const;

private:
    struct Asked;
    using Then = void (GitRoutes::*)(Asked asked, const Access& access) const;

    Result<void> find(Request& request, bool pushes, Then then) const;
    void tellRefs(Asked asked, const Access& access) const;
    void serveFetch(Asked asked, const Access& access) const;
    void servePush(Asked asked, const Access& access) const;
    void findChat(const std::shared_ptr<Asked>& asked, const std::string& name, const Result<void>& form) const;
    void serveChat(const std::shared_ptr<Asked>& asked, std::int64_t chat) const;
    void advertise(Asked& asked, const std::filesystem::path& repository) const;
    void upload(Asked& asked, const std::filesystem::path& repository) const;

    Tools& _tools;
    Chats& _chats;
};

} // namespace netbit::git
