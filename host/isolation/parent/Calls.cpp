// Calls whose end comes later or is large: writes, pages, rows.

#include "isolation/parent/Session.h"

namespace netbit::isolation::parent {

namespace {

constexpr std::uint64_t mostRowBytes = std::uint64_t{64} << 20; // of one query: they are sent in one piece

std::vector<nb_sql_value> paramsOf(const wire::Statement& statement)
{
    std::vector<nb_sql_value> out;
    out.reserve(statement.params.size());
    for (const auto& param : statement.params)
        out.push_back({param.type, 0, param.integer, param.real, param.bytes});
    return out;
}

} // namespace

// Handles that a call has made.

wire::Who Session::factsOf(nb_principal* principal)
{
    const auto& auth = *tables().auth;
    wire::Who out;
    out.userId = auth.user_id(principal);
    out.username = auth.username(principal);
    out.admin = auth.is_admin(principal);
    out.expiresAt = auth.expires_at(principal);
    out.principal = _principals.put(principal);
    return out;
}

std::int32_t Session::handPrincipal(std::int32_t status, nb_principal* principal, wire::Who& out)
{
    if (status == NB_OK)
        out = factsOf(principal);
    return status;
}

std::int32_t Session::handBody(std::int32_t status, nb_body* body, wire::Body& out)
{
    if (status == NB_OK) {
        out.length = tables().body->length(body);
        out.body = _bodies.put(body);
    }
    return status;
}

bool Session::takeBodyFetch(wire::Frame& frame)
{
    return with<wire::BodyFetch>(frame, [&](const wire::BodyFetch& wanted) {
        const auto body = _bodies.borrow(wanted.body);
        const auto& api = *tables().body;
        std::vector<nb_str> pieces(body ? api.pieces(body.get(), nullptr, 0) : 0);
        if (body)
            api.pieces(body.get(), pieces.data(), pieces.size());
        wire::Bytes bytes;
        bytes.bytes.bytes = {"", 0};
        bytes.bytes.pieces = pieces;
        nb_error error{};
        if (!body)
            _channel.sendRefusal(frame.head.call, refuse(error, NB_NOT_FOUND, "no_body", "There is no such body."), error);
        else if (!_channel.sendResult(frame.head.call, bytes))
            _channel.sendRefusal(frame.head.call, refuse(error, NB_TOO_LARGE, "too_large", "The body is too large."), error);
    });
}

// Reading.

void Session::list(wire::Frame& frame)
{
    answering<wire::ChatList, wire::Body>(frame, [this](const wire::ChatList& wanted, wire::Body& out, nb_error& error) {
        const auto who = _principals.borrow(wanted.principal);
        nb_body* body = nullptr;
        const auto status = tables().chat->list(tables().host, who.get(), wanted.page, wanted.perPage, wanted.mayBlock,
                                                &body, &error);
        return handBody(status, body, out);
    });
}

void Session::get(wire::Frame& frame)
{
    answering<wire::ChatGet, wire::Body>(frame, [this](const wire::ChatGet& wanted, wire::Body& out, nb_error& error) {
        const auto who = _principals.borrow(wanted.principal);
        nb_body* body = nullptr;
        const auto status = tables().chat->get(tables().host, who.get(), wanted.chatId, wanted.mayBlock, &body, &error);
        return handBody(status, body, out);
    });
}

void Session::page(wire::Frame& frame)
{
    answering<wire::ChatPage, wire::Page>(frame, [this](const wire::ChatPage& wanted, wire::Page& out, nb_error& error) {
        const auto who = _principals.borrow(wanted.principal);
        nb_page_query query{};
        query.size = sizeof query;
        query.limit = wanted.limit;
        query.chat_id = wanted.chatId;
        query.before = wanted.before;
        query.after = wanted.after;
        query.page = wanted.page;
        query.per_page = wanted.perPage;
        query.lead = wanted.lead;
        nb_page_info info{};
        info.size = sizeof info;
        nb_body* body = nullptr;
        const auto status =
            tables().chat->page(tables().host, who.get(), &query, wanted.mayBlock, &info, &body, &error);
        out.count = info.count;
        out.firstId = info.first_id;
        out.lastId = info.last_id;
        out.total = info.total;
        out.hasOlder = info.has_older;
        out.hasNewer = info.has_newer;
        std::copy(std::begin(info.etag), std::end(info.etag), out.etag.begin());
        return handBody(status, body, out.body);
    });
}

void Session::query(wire::Frame& frame)
{
    std::string cells;
    const auto call = frame.head.call;
    with<wire::Statement>(frame, [&](const wire::Statement& wanted) {
        const auto params = paramsOf(wanted);
        nb_sql_statement statement{wanted.sql, params.data(), params.size()};
        struct Gathered {
            std::string& cells;
            wire::Rows rows;
            bool tooMany = false;
        } gathered{cells, {}};
        nb_error error{};
        error.size = sizeof error;
        const auto row = [](void* user, const nb_sql_value* columns, std::size_t count) -> std::int32_t {
            auto& into = *static_cast<Gathered*>(user);
            wire::Writer writer(into.cells, nullptr);
            for (std::size_t i = 0; i < count; ++i)
                writer(wire::SqlValue{columns[i].type, columns[i].integer, columns[i].real, columns[i].bytes});
            into.rows.columns = static_cast<std::uint32_t>(count);
            ++into.rows.count;
            into.tooMany = into.cells.size() > mostRowBytes;
            return into.tooMany ? NB_TOO_LARGE : NB_OK;
        };
        auto status = tables().sql->query(tables().host, &statement, row, &gathered, &error);
        if (gathered.tooMany)
            status = refuse(error, NB_TOO_LARGE, "too_many_rows", "An isolated plugin can read 64 MiB of rows in one query.");
        if (status != NB_OK) {
            _channel.sendRefusal(call, status, error);
            return;
        }
        gathered.rows.cells.bytes = wire::str(cells);
        _channel.sendResult(call, gathered.rows);
    });
}

// Writing.

void Session::done(void* user, std::int32_t status, const nb_error* error, std::int64_t id, nb_str json,
                   std::uint32_t flags)
{
    const std::unique_ptr<Pending> mine(static_cast<Pending*>(user));
    wire::Done message;
    message.token = mine->second;
    message.status = status;
    if (error)
        message.error = *error;
    message.id = id;
    message.json.bytes = json;
    message.flags = flags;
    mine->first->_channel.send(wire::Kind::done, message);
}

void Session::account(wire::Frame& frame)
{
    with<wire::Account>(frame, [this](const wire::Account& wanted) {
        const auto& auth = *tables().auth;
        const auto* const host = tables().host;
        starting(wanted.token, [&](nb_error& error, void* user) -> std::int32_t {
            switch (static_cast<wire::AccountCall>(wanted.call)) {
            case wire::AccountCall::registerUser:
                return auth.register_user(host, wanted.first, wanted.second, wanted.third, wanted.fourth, &Session::done,
                                          user, &error);
            case wire::AccountCall::login:
                return auth.login(host, wanted.first, wanted.second, wanted.third, wanted.fourth, &Session::done, user,
                                  &error);
            case wire::AccountCall::refresh: return auth.refresh(host, wanted.first, &Session::done, user, &error);
            case wire::AccountCall::logout: return auth.logout(host, wanted.first, &Session::done, user, &error);
            }
            return refuse(error, NB_INVALID, "bad_argument", "There is no such call.");
        });
    });
}

bool Session::takeChatCreate(wire::Frame& frame)
{
    return with<wire::ChatCreate>(frame, [this](const wire::ChatCreate& wanted) {
        const auto who = _principals.borrow(wanted.principal);
        nb_new_chat chat{};
        chat.size = sizeof chat;
        chat.participant_count = static_cast<std::uint32_t>(wanted.participants.size());
        chat.name = wanted.name;
        chat.chat_type = wanted.chatType;
        chat.participants = wanted.participants.data();
        starting(wanted.token, [&](nb_error& error, void* user) {
            return tables().chat->create(tables().host, who.get(), &chat, &Session::done, user, &error);
        });
    });
}

void Session::operate(wire::Frame& frame)
{
    with<wire::Operate>(frame, [this](const wire::Operate& wanted) {
        const auto who = _principals.borrow(wanted.principal);
        std::vector<nb_argument> texts;
        for (std::size_t i = 1; i < wanted.texts.size(); i += 2)
            texts.push_back({wanted.texts[i - 1], wanted.texts[i]});
        const nb_operation_call call{
            .size = sizeof call,
            .text_count = static_cast<std::uint32_t>(texts.size()),
            .operation = wanted.operation,
            .arguments = wanted.arguments.bytes,
            .texts = texts.data(),
            .key = wanted.key,
            .if_match = wanted.ifMatch,
            .peer = wanted.peer,
            .client = wanted.client,
        };
        starting(wanted.token, [&](nb_error& error, void* user) {
            return tables().operations->call(tables().host, who.get(), &call, &Session::done, user, &error);
        });
    });
}

bool Session::takeChatSend(wire::Frame& frame)
{
    return with<wire::ChatSend>(frame, [this](const wire::ChatSend& wanted) {
        const auto who = _principals.borrow(wanted.principal);
        nb_new_message message{};
        message.size = sizeof message;
        message.chat_id = wanted.chatId;
        message.content = wanted.content.bytes;
        message.message_type = wanted.messageType;
        message.reply_to = wanted.replyTo;
        message.key = wanted.key;
        message.attachments = wanted.attachments.data();
        message.attachment_count = wanted.attachments.size();
        starting(wanted.token, [&](nb_error& error, void* user) {
            return tables().chat->send(tables().host, who.get(), &message, &Session::done, user, &error);
        });
    });
}

bool Session::takePublishDurable(wire::Frame& frame)
{
    return with<wire::Publish>(frame, [this](const wire::Publish& wanted) {
        const auto who = _principals.borrow(wanted.principal);
        starting(wanted.token, [&](nb_error& error, void* user) {
            return tables().events->publish_durable(tables().host, who.get(), wanted.topic, wanted.chatId,
                                                    wanted.data.bytes, &Session::done, user, &error);
        });
    });
}

bool Session::takeExecute(wire::Frame& frame)
{
    return with<wire::Execute>(frame, [this](const wire::Execute& wanted) {
        std::vector<std::vector<nb_sql_value>> params;
        std::vector<nb_sql_statement> statements;
        params.reserve(wanted.statements.size());
        for (const auto& each : wanted.statements) {
            const auto& mine = params.emplace_back(paramsOf(each));
            statements.push_back({each.sql, mine.data(), mine.size()});
        }
        starting(wanted.token, [&](nb_error& error, void* user) {
            return tables().sql->execute(tables().host, statements.data(), statements.size(), &Session::done, user, &error);
        });
    });
}

// Settings and numbers.

std::int32_t Session::setting(const wire::Config& wanted, wire::Setting& out) const
{
    const auto& config = *tables().config;
    const auto* const host = tables().host;
    switch (static_cast<wire::SettingType>(wanted.type)) {
    case wire::SettingType::text: return config.text(host, wanted.key, &out.text);
    case wire::SettingType::integer: return config.integer(host, wanted.key, &out.integer);
    case wire::SettingType::real: return config.real(host, wanted.key, &out.real);
    case wire::SettingType::flag: return config.flag(host, wanted.key, &out.flag);
    }
    return NB_INVALID;
}

bool Session::takeMetric(wire::Frame& frame)
{
    return answering<wire::Metric, wire::MetricIndex>(
        frame, [this](const wire::Metric& wanted, wire::MetricIndex& out, nb_error& error) -> std::int32_t {
            const auto& metrics = *tables().metrics;
            const auto* const host = tables().host;
            nb_metric* metric = nullptr;
            std::int32_t status = NB_INVALID;
            switch (static_cast<wire::MetricKind>(wanted.kind)) {
            case wire::MetricKind::counter: status = metrics.counter(host, wanted.name, wanted.help, &metric, &error); break;
            case wire::MetricKind::gauge: status = metrics.gauge(host, wanted.name, wanted.help, &metric, &error); break;
            case wire::MetricKind::histogram:
                status = metrics.histogram(host, wanted.name, wanted.help, wanted.bounds.data(), wanted.bounds.size(),
                                           &metric, &error);
                break;
            }
            if (status == NB_OK) {
                out.metric = static_cast<std::uint32_t>(_metrics.size());
                _metrics.push_back(metric);
            }
            return status;
        });
}

bool Session::takeMetricChange(wire::Frame& frame)
{
    wire::MetricChange given;
    if (!wire::read(frame, given, _channel.trust()))
        return broken("a message that cannot be read");
    if (given.metric >= _metrics.size())
        return broken("a metric that it does not have");
    const auto& metrics = *tables().metrics;
    auto* const metric = _metrics[given.metric];
    switch (static_cast<wire::MetricCall>(given.call)) {
    case wire::MetricCall::add: metrics.add(metric, given.value); break;
    case wire::MetricCall::set: metrics.set(metric, given.value); break;
    case wire::MetricCall::observe: metrics.observe(metric, given.value); break;
    }
    return true;
}

} // namespace netbit::isolation::parent
