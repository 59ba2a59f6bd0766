// Files and avatars over HTTP. What is allowed and stored is the host's (netbit/draft/files.h, netbit/draft/operations.h).

#include "FileRoutes.h"

#include "support/OperationRoute.h"

#include <netbit/plugin.hpp>

namespace netbit::files {

namespace {

#define NETBIT_FILE R"("result":{"$ref":"#/components/schemas/File"})"

constexpr const char* newFile =
    R"({"query":{"properties":{"name":{"type":"string","description":"What the file is called, for people; else Content-Disposition says it."}}},)" NETBIT_FILE
    R"(,"status":201})";
constexpr const char* newAvatar = R"({"query":{},)" NETBIT_FILE "}";
constexpr const char* bytes = R"({"query":{},"type":"application/octet-stream"})";
constexpr const char* picture = R"({"query":{},"type":"image/webp"})";

#undef NETBIT_FILE

class FilesPlugin final : public Plugin {
public:
    explicit FilesPlugin(Host host) : Plugin(host), _auth(host), _operations(host), _routes(host) {}

private:
    using Handler = Result<void> (FileRoutes::*)(Request&) const;

    void start() override
    {
        own("POST", "/api/files", &FileRoutes::upload,
            streamed().summary("Upload a file: the body is its bytes, of whatever type").schema(newFile));
        own("GET", "/api/files/{id}", &FileRoutes::download,
            worker().summary("A file, or a part of it (Range)").schema(bytes));
        own("GET", "/api/files/{id}/thumbnail", &FileRoutes::thumbnail,
            worker().summary("A small picture of an image").schema(picture));
        own("PUT", "/api/user/avatar", &FileRoutes::setAvatar,
            streamed().summary("Have a picture as avatar: the body is a JPEG, PNG, GIF or WebP").schema(newAvatar));
        own("GET", "/api/users/{id}/avatar", &FileRoutes::avatar, worker().summary("A user's avatar, square").schema(picture));

        operation("GET", "/api/files", {.operation = "files.list", .params = {}, .next = "before"},
                  "One's files, the newest first, and how much of the quota they take");
        operation("GET", "/api/files/{id}/info", {.operation = "files.info", .params = {"id"}}, "What is known of a file");
        operation("DELETE", "/api/files/{id}", {.operation = "files.delete", .params = {"id"}, .status = 204},
                  "Delete a file of one's own that no message has");
        operation("DELETE", "/api/user/avatar", {.operation = "files.remove_avatar", .params = {}, .status = 204},
                  "Take the own avatar away");
    }

    void own(std::string_view method, std::string_view pattern, Handler handler, const RouteOptions& options)
    {
        route(method, pattern, users, [this, handler](Request& request) { return (_routes.*handler)(request); }, options);
    }

    void operation(std::string_view method, std::string_view pattern, support::OperationRoute made, std::string_view summary)
    {
        const auto handler = [this, made](Request& request) -> Result<void> {
            if (!made.params.empty() && !readId(request.param("id"))) // an id that cannot be one names nothing
                return Error(Status::notFound, "file_not_found", "There is no such file, or you may not read it.");
            return support::operate(made, _operations, Principal::share(_auth.api(), request.principal()), request);
        };
        route(method, pattern, users, handler, support::documented(made, worker().summary(summary).maxBody(1024)));
    }

    Auth _auth;
    Operations _operations;
    FileRoutes _routes;
};

} // namespace

} // namespace netbit::files

NETBIT_PLUGIN(netbit::files::FilesPlugin, "files", "1.0.0")
