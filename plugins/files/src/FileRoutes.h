#pragma once
// The routes whose bodies are files. Who may read, what is stored and what the bytes are is the host's (netbit/draft/files.h).

#include <netbit/auth.hpp>
#include <netbit/draft/bodies.hpp>
#include <netbit/draft/files.hpp>
#include <netbit/http.hpp>

#include <optional>
#include <string_view>

namespace netbit::files {

/// A file's or user's id in a path: 1…2^63-1.
std::optional<std::int64_t> readId(std::string_view text);

/// All [worker], as route handlers.
class FileRoutes {
public:
    /// Throws a Failure where the host lacks one of the services.
    explicit FileRoutes(const Host& host) : _auth(host), _bodies(host), _files(host) {}

    Result<void> upload(Request& request) const;
    Result<void> download(Request& request) const;
    Result<void> thumbnail(Request& request) const;
    Result<void> setAvatar(Request& request) const;
    Result<void> avatar(Request& request) const;

private:
    Result<void> take(Request& request, FilePurpose purpose) const;
    Result<void> give(Request& request, FilePart part) const;

    Auth _auth;
    Bodies _bodies;
    Files _files;
};

} // namespace netbit::files
