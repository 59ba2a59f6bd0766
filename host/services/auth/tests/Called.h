#pragma once
// The operations of this room, called as by routes.

#include "services/auth/tests/House.h"
#include "services/operations/Operations.h"

namespace netbit::services::auth::test {

class Called : public House {
protected:
    Called() { declare(); }

    /// Whose session it is.
    PrincipalPtr session(const std::string& name)
    {
        const auto principal = auth->verify(enter(name).access);
        if (!principal)
            throw std::runtime_error(principal.error().code);
        return *principal;
    }

    Result<Completed> call(const PrincipalPtr& who, std::string_view operation, boost::json::object arguments = {},
                           const std::string& peer = "192.0.2.7")
    {
        return wait([&](Done done) {
            const auto text = boost::json::serialize(arguments);
            operations::RawCall raw;
            raw.operation = operation;
            raw.arguments = text;
            raw.peer = peer;
            raw.client = "test";
            return operations->call(who, raw, std::move(done));
        });
    }
    /// "ok", or the code and the pointer of the error.
    static std::string code(const Result<Completed>& result)
    {
        return result ? "ok" : result.error().code + result.error().pointer;
    }
    static boost::json::object object(const Result<Completed>& result)
    {
        if (!result)
            throw std::runtime_error(result.error().code + ": " + result.error().detail);
        return boost::json::parse(result->json).as_object();
    }
    static std::string textOf(const Result<Completed>& result, std::string_view member)
    {
        return std::string(object(result).at(member).as_string());
    }
    void restartAll()
    {
        restart();
        declare();
    }
    /// Acts of the audit log, oldest first, "act object by actor" with spaces between.
    std::vector<std::string> audited()
    {
        std::vector<std::string> out;
        database->read([&](storage::Connection& connection) {
            for (const auto& row : storage::AuditRepository::before(connection, 1'000'000, 0, "", "", 1'000))
                out.insert(out.begin(), row.act + " " + row.object + " by " + std::to_string(row.actorId));
        });
        return out;
    }

    std::unique_ptr<operations::Operations> operations;

private:
    void declare()
    {
        operations = std::make_unique<operations::Operations>();
        auth->addOperations(*operations);
    }
};

} // namespace netbit::services::auth::test
