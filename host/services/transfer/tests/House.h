#pragma once
// A server to move chats into and out of, and what goes over the border between two.

#include "services/chat/tests/Server.h"
#include "services/transfer/TransferService.h"

#include <future>

namespace netbit::services::transfer::test {

class House : public chat::test::Server {
public:
    void TestBody() override {} // a second one stands beside a test's own
    using Server::call;
    using Server::connection;

    base::Result<Outcome> take(std::string source, const std::vector<std::string>& records)
    {
        Batch batch;
        batch.source = std::move(source);
        for (const auto& text : records)
            batch.records.push_back(readRecord(boost::json::parse(text)));
        TransferService service(chats->core());
        std::promise<base::Result<Outcome>> promise;
        auto future = promise.get_future();
        const auto taken = service.takeIn(*local(), std::move(batch), [&](base::Result<Outcome> outcome) { promise.set_value(std::move(outcome)); });
        return taken ? future.get() : base::Result<Outcome>(taken.error());
    }

    std::string exported(const ExportScope& scope = {})
    {
        TransferService service(chats->core());
        std::string out;
        const auto done = service.exportTo(*local(), scope, [&](std::string_view line) {
            out += line;
            return true;
        });
        EXPECT_TRUE(done.ok()) << done.error().detail;
        return out;
    }

    /// What a command line makes of an export: its records in batches.
    Outcome takeExport(const std::string& text, std::size_t atOnce)
    {
        Outcome all;
        std::vector<std::string> lines;
        const auto flush = [&] {
            auto outcome = take("netbit", lines);
            EXPECT_TRUE(outcome.ok()) << outcome.error().detail;
            for (std::size_t i = 0; i < kinds; ++i) {
                all.added[i] += outcome->added[i];
                all.already[i] += outcome->already[i];
            }
            all.matched += outcome->matched;
            std::move(outcome->leftOut.begin(), outcome->leftOut.end(), std::back_inserter(all.leftOut));
            std::move(outcome->notes.begin(), outcome->notes.end(), std::back_inserter(all.notes));
            lines.clear();
        };
        std::istringstream in(text);
        for (std::string line; std::getline(in, line);) {
            if (line.starts_with("{\"kind\":\"netbit\"") || line.starts_with("{\"kind\":\"end\""))
                continue;
            lines.push_back(line);
            if (lines.size() == atOnce)
                flush();
        }
        if (!lines.empty())
            flush();
        return all;
    }

    static auth::PrincipalPtr local() { return chat::test::principal(alice, auth::Principal::Kind::localAdmin); }
    chat::ChatService& service() { return *chats; }
    boost::json::value page(Id who, Id chatId) { return pageJson(who, {.chatId = chatId, .limit = 200, .lead = {}}); }
    boost::json::value listed(Id who) { return listJson(who); }
    Id userNamed(std::string_view name)
    {
        const auto user = users->byName(name);
        return user ? user->id : 0;
    }
    Id chatNamed(std::string_view name)
    {
        const auto found = chats->core().cache.byName(name);
        return found.empty() ? 0 : found.front()->id;
    }
    void restart() { open(); }
    template <class Work>
    void write(Work work)
    {
        const auto done = writer->run([&](storage::Connection& with) {
            work(with);
            return base::Result<void>();
        });
        EXPECT_TRUE(done.ok());
    }
};

inline std::int64_t sum(const std::array<std::int64_t, kinds>& of)
{
    std::int64_t total = 0;
    for (const auto count : of)
        total += count;
    return total;
}

} // namespace netbit::services::transfer::test
