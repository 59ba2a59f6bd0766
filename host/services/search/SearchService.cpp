#include "services/search/SearchService.h"

#include "base/Json.h"
#include "services/chat/ChatService.h"
#include "services/chat/MessageJson.h"
#include "services/log/Log.h"
#include "services/search/Folded.h"
#include "services/users/UserDirectory.h"
#include "storage/Repositories.h"
#include "storage/SearchRepository.h"
#include "storage/Writer.h"

#include <algorithm>
#include <charconv>

namespace netbit::services::search {

using base::fault;
using base::Result;
using base::Status;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using storage::MessageRecord;
using storage::SearchRepository;

namespace {

/// Of one or two characters: if they go on in more ways, the index is not asked for them.
constexpr std::size_t maxContinuations = 1'024;

constexpr milliseconds idle(1'000); // what is not in the index yet is scanned, so there is no hurry
constexpr milliseconds retry(5'000);
constexpr milliseconds wantedStep(10); // how long a send may wait behind a step
constexpr std::size_t leastBatch = 50;
constexpr std::size_t mostBatch = 2'000;
constexpr double busyPerSecond = 100; // messages or jobs
constexpr int busyShare = 100;

base::Error bad(std::string_view code, std::string_view detail, std::string_view pointer = "/q")
{
    return fault(Status::invalid, code, detail, pointer);
}

bool newer(const MessageRecord& a, const MessageRecord& b) noexcept
{
    return a.createdAt != b.createdAt ? a.createdAt > b.createdAt : a.id > b.id;
}

/// The newest `most` of what it is given in any order.
class Newest {
public:
    explicit Newest(std::size_t most) : _most(most) {}

    void take(MessageRecord&& message)
    {
        _messages.push_back(std::move(message));
        if (_messages.size() >= 2 * _most + 16)
            cut();
    }

    std::vector<MessageRecord> sorted()
    {
        cut();
        std::sort(_messages.begin(), _messages.end(), newer);
        return std::move(_messages);
    }

private:
    void cut()
    {
        if (_messages.size() <= _most)
            return;
        std::nth_element(_messages.begin(), _messages.begin() + static_cast<std::ptrdiff_t>(_most), _messages.end(), newer);
        _messages.resize(_most);
    }

    std::size_t _most;
    std::vector<MessageRecord> _messages;
};

/// Holds messages against terms, one after the other.
class Matcher {
public:
    explicit Matcher(std::vector<const Term*> terms) : _terms(std::move(terms)) {}

    bool matches(std::string_view content)
    {
        if (_terms.empty())
            return true;
        fold(content, _text);
        return std::all_of(_terms.begin(), _terms.end(), [&](const Term* term) {
            return std::any_of(term->anyOf.begin(), term->anyOf.end(),
                               [&](const auto& one) { return _text.find(one) != _text.npos; });
        });
    }

private:
    std::vector<const Term*> _terms;
    std::u32string _text;
};

/// The query for the index, and the terms that it says nothing of.
struct Asked {
    std::string match; ///< empty: the index cannot help
    std::vector<const Term*> left;
};

/// Three characters and more are a phrase of the index. Fewer are every three that begin with them: nothing at all is then
/// a query without an answer, which FTS5 has no word for but a text that is in no message.
std::string phrases(storage::Connection& connection, std::u32string_view text, bool& tooMany)
{
    if (text.size() >= 3)
        return SearchRepository::quoted(toUtf8(text));
    const auto all = SearchRepository::continuations(connection, toUtf8(text), maxContinuations + 1);
    tooMany = all.size() > maxContinuations;
    std::string out;
    for (const auto& each : all)
        out += (out.empty() ? "" : " OR ") + SearchRepository::quoted(each);
    return out.empty() ? SearchRepository::quoted("\x03\x03\x03") : out;
}

Asked askedOf(storage::Connection& connection, const Query& query)
{
    Asked asked;
    for (const auto& term : query.terms) {
        std::string any;
        bool tooMany = false;
        for (const auto& text : term.anyOf)
            any += (any.empty() ? "" : " OR ") + phrases(connection, text, tooMany);
        if (tooMany) {
            asked.left.push_back(&term);
            continue;
        }
        asked.match += (asked.match.empty() ? "(" : " AND (") + any + ")";
    }
    return asked;
}

void appendIds(std::string& out, const std::vector<Id>& ids)
{
    out += '[';
    for (std::size_t i = 0; i < ids.size(); ++i) {
        out += i ? "," : "";
        base::appendJsonInt(out, ids[i]);
    }
    out += ']';
}

} // namespace

struct SearchService::Impl {
    Impl(storage::Database& ofDatabase, storage::Writer& ofWriter, chat::ChatService& ofChats, users::UserDirectory& ofUsers)
        : database(ofDatabase), writer(ofWriter), chats(ofChats), users(ofUsers)
    {
    }

    Result<storage::SearchFilter> filterOf(const auth::Principal& principal, const Query& query) const
    {
        storage::SearchFilter filter;
        auto ids = chats.readableBy(principal);
        if (query.in) {
            ids = named(ids, *query.in);
            if (ids.empty())
                return bad("unknown_chat", "You are in no chat of that name or id.");
        }
        appendIds(filter.chats, ids);
        if (query.from) {
            const auto user = users.byName(*query.from);
            if (!user)
                return bad("unknown_user", "There is no user of that name.");
            filter.senderId = user->id;
        }
        filter.has = (query.image ? storage::SearchFilter::image : 0) | (query.file ? storage::SearchFilter::file : 0);
        filter.from = query.since;
        filter.until = query.until;
        return filter;
    }

    /// By id, with # before it or not, else by name without regard to case.
    std::vector<Id> named(const std::vector<Id>& ids, std::string_view name) const
    {
        const auto digits = name.starts_with('#') ? name.substr(1) : name;
        Id number = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        const bool isNumber = error == std::errc() && end == digits.data() + digits.size();
        const auto wanted = folded(name);
        std::vector<Id> out;
        for (const auto id : ids) {
            const auto record = chats.record(id);
            if (record && folded(record->name) == wanted)
                out.push_back(id);
        }
        if (out.empty() && isNumber && std::find(ids.begin(), ids.end(), number) != ids.end())
            out.push_back(number);
        return out;
    }

    /// One more than `limit`, where there are more.
    Result<std::vector<MessageRecord>> messages(storage::Connection& connection, const Query& query,
                                                const storage::SearchFilter& filter, std::size_t limit) const
    {
        Newest newest(limit + 1);
        const auto take = [&](MessageRecord&& message) { return newest.take(std::move(message)), true; };
        const auto rows = static_cast<std::int64_t>(limit) + 1;
        if (query.terms.empty()) {
            SearchRepository::all(connection, filter, rows, take);
            return newest.sorted();
        }
        const auto asked = askedOf(connection, query);
        if (asked.match.empty())
            return bad("too_general", "These single characters are nearly everywhere: add a word.");
        std::size_t found = 0;
        Matcher left(asked.left);
        SearchRepository::indexed(connection, filter, asked.match, asked.left.empty() ? rows : -1,
                                  [&](MessageRecord&& message) {
                                      if (left.matches(message.content) && ++found)
                                          newest.take(std::move(message));
                                      return found <= limit;
                                  });
        std::vector<const Term*> terms;
        for (const auto& term : query.terms)
            terms.push_back(&term);
        Matcher every(std::move(terms));
        SearchRepository::unindexed(connection, filter, [&](MessageRecord&& message) {
            if (every.matches(message.content))
                newest.take(std::move(message));
            return true;
        });
        return newest.sorted();
    }

    void appendFound(std::string& out, const MessageRecord& message, const std::vector<std::u32string_view>& needles) const
    {
        out += "{\"message\":";
        out += chats.json(message);
        const auto record = chats.record(message.chatId);
        out += ",\"chat\":{\"id\":";
        base::appendJsonInt(out, message.chatId);
        out += ",\"name\":";
        base::appendJsonString(out, record ? std::string_view(record->name) : std::string_view());
        out += ",\"chat_type\":";
        base::appendJsonString(out, record ? std::string_view(record->chatType) : std::string_view());
        out += "},\"highlights\":[";
        bool first = true;
        for (const auto& range : places(folded(message.content), needles)) {
            out += first ? "{\"start\":" : ",{\"start\":";
            first = false;
            base::appendJsonInt(out, range.start);
            out += ",\"length\":";
            base::appendJsonInt(out, range.length);
            out += '}';
        }
        out += "]}";
    }

    storage::Database& database;
    storage::Writer& writer;
    chat::ChatService& chats;
    users::UserDirectory& users;

    // Of tend() alone.
    std::size_t batch = leastBatch;
    std::uint64_t jobsSeen = 0;
    Id newestSeen = 0;
    steady_clock::time_point lastStep{};
    bool caughtUp = false;
    bool failing = false;
};

SearchService::SearchService(storage::Database& database, storage::Writer& writer, chat::ChatService& chats,
                             users::UserDirectory& users)
    : _impl(std::make_unique<Impl>(database, writer, chats, users))
{
}

SearchService::~SearchService() = default;

void SearchService::load()
{
    const auto lowered = _impl->writer.run([](storage::Connection& connection) {
        SearchRepository::lowerMark(connection);
        return Result<void>();
    });
    if (!lowered)
        log::warn("search", "The index's mark could not be checked", {{"error", lowered.error().detail}});
}

Result<Found> SearchService::find(const auth::Principal& principal, std::string_view text, std::int64_t limit, Id before) const
{
    if (!principal.valid())
        return fault(Status::unauthenticated, "token_invalid", "This login is no longer valid.");
    const auto query = parseQuery(text);
    if (!query)
        return query.error();
    auto filter = _impl->filterOf(principal, *query);
    if (!filter)
        return filter.error();

    Result<std::vector<MessageRecord>> messages = std::vector<MessageRecord>();
    _impl->database.read([&](storage::Connection& connection) {
        if (before != 0) {
            const auto cursor = storage::MessageRepository::byId(connection, before);
            if (!cursor) {
                messages = bad("unknown_cursor", "There is no message with this id.", "/before");
                return;
            }
            filter->beforeAt = cursor->createdAt;
            filter->beforeId = cursor->id;
        }
        messages = _impl->messages(connection, *query, *filter, static_cast<std::size_t>(limit));
    });
    if (!messages)
        return messages.error();

    const bool hasOlder = messages->size() > static_cast<std::size_t>(limit);
    if (hasOlder)
        messages->pop_back();
    std::vector<std::u32string_view> needles;
    for (const auto& term : query->terms)
        if (term.shown)
            needles.insert(needles.end(), term.anyOf.begin(), term.anyOf.end());
    Found found;
    auto& out = found.json;
    out = "{\"data\":[";
    for (const auto& message : *messages) {
        out += &message == messages->data() ? "" : ",";
        _impl->appendFound(out, message, needles);
    }
    found.nextBefore = hasOlder ? messages->back().id : 0;
    out += "],\"pagination\":{\"limit\":";
    base::appendJsonInt(out, limit);
    out += hasOlder ? ",\"has_older\":true,\"next_before\":" : ",\"has_older\":false,\"next_before\":";
    if (hasOlder)
        base::appendJsonInt(out, found.nextBefore);
    else
        out += "null";
    out += "}}";
    return found;
}

milliseconds SearchService::tend()
{
    auto& self = *_impl;
    const auto jobs = self.writer.counts().jobs.load();
    if (self.caughtUp && jobs == self.jobsSeen)
        return idle;

    std::size_t indexed = 0;
    Id newest = 0;
    const auto begin = steady_clock::now();
    const auto done = self.writer.run([&](storage::Connection& connection) {
        newest = storage::MessageRepository::highestId(connection);
        indexed = SearchRepository::indexChanged(connection, self.batch, foldedUtf8);
        if (indexed < self.batch)
            indexed += SearchRepository::indexNew(connection, self.batch - indexed, foldedUtf8);
        return Result<void>();
    });
    if (!done) {
        if (!std::exchange(self.failing, true))
            log::warn("search", "The index waits, messages are scanned instead", {{"error", done.error().detail}});
        return retry;
    }
    self.failing = false;

    const auto end = steady_clock::now();
    const auto took = std::max(std::chrono::ceil<milliseconds>(end - begin), milliseconds(1));
    const auto since = std::chrono::duration<double>(begin - self.lastStep).count();
    const auto written = std::max(static_cast<double>(jobs - self.jobsSeen), static_cast<double>(newest - self.newestSeen));
    const bool busy = written / std::max(since, 0.001) > busyPerSecond;
    self.caughtUp = indexed < self.batch;
    self.jobsSeen = jobs + 1; // with this one
    self.newestSeen = newest;
    self.lastStep = end;
    if (indexed == self.batch) // a part of a batch says nothing of the whole one
        self.batch = std::clamp(took < wantedStep ? self.batch * 2 : self.batch / 2, leastBatch, mostBatch);
    if (self.caughtUp)
        return idle;
    return busy ? took * busyShare : took;
}

} // namespace netbit::services::search
