// What mails say. What others wrote stands in them as text, never as markup, and nothing is fetched from anywhere.

#include "services/mail/Core.h"

#include "base/Json.h"
#include "services/mail/Address.h"
#include "services/mail/Tokens.h"

#include <algorithm>

namespace netbit::services::mail {

using storage::NotificationRecord;

namespace json = boost::json;

namespace {

std::vector<std::string_view> segments(std::string_view path)
{
    std::vector<std::string_view> out;
    while (path.starts_with('/')) {
        path.remove_prefix(1);
        const auto end = std::min(path.find('/'), path.size());
        out.push_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return out;
}

std::string linkTo(const MailOptions& options, const std::string& page) { return options.publicUrl + "/#" + page; }

std::string settingsLink(const MailOptions& options) { return linkTo(options, "/notifications/delivery"); }

std::string unsubscribeLink(const MailOptions& options, const std::string& token)
{
    return linkTo(options, "/email/unsubscribe?token=" + token);
}

/// In the words of the web client.
std::string whyOf(const NotificationRecord& notice)
{
    const auto rule = notice.rule.empty() ? base::Result<json::value>(json::value()) : base::parseJson(notice.rule);
    const auto* const members = rule ? rule->if_object() : nullptr;
    const auto textAt = [&](std::string_view name) {
        const auto* const value = members ? members->if_contains(name) : nullptr;
        return value && value->is_string() ? std::string(value->get_string()) : std::string();
    };
    const auto name = textAt("name");
    if (name == "assigned")
        return "It was given to you.";
    if (name == "review_requested")
        return "You are asked for a review.";
    if (name == "mention")
        return "You are named.";
    if (name == "direct_message")
        return "It was written to you.";
    if (name == "mention_all")
        return "All are named.";
    if (name == "keyword")
        return "The keyword \"" + textAt("keyword") + "\" is in it.";
    if (name == "thread_reply")
        return "You take part in it.";
    if (name == "level")
        return "You hear everything of this " + textAt("scope") + ".";
    return "It is a note in your inbox.";
}

/// What stands in brackets before a subject: a chat's name, or "owner/project".
std::string placeOf(const Core& core, const NotificationRecord& notice)
{
    if (notice.chatId != 0) {
        const auto* const entry = core.notices.chats.cache.find(notice.chatId);
        const auto state = entry ? entry->state() : nullptr;
        if (state && !state->head->record.name.empty())
            return state->head->record.name;
    }
    if (const auto part = segments(notice.url); part.size() >= 4 && (part[1] == "projects" || part[1] == "git"))
        return std::string(part[2]) + '/' + std::string(part[3]);
    return "NetBit";
}

bool isDirect(const Core& core, Id chatId)
{
    const auto* const entry = chatId == 0 ? nullptr : core.notices.chats.cache.find(chatId);
    const auto state = entry ? entry->state() : nullptr;
    return state && state->head->record.chatType == "direct";
}

/// "[chat] author: what was said", or what the notification says where there is no author or no text.
std::string subjectOf(const Core& core, const NotificationRecord& notice)
{
    const auto author = notice.actorId == 0 || notice.kind == "note" ? std::string() : core.projects().nameOf(notice.actorId);
    const auto line = notice.content.substr(0, notice.content.find('\n'));
    const bool says = notice.kind == "message" && !author.empty() && line.find_first_not_of(" \t\r") != line.npos;
    return '[' + placeOf(core, notice) + "] " + (says ? author + ": " + line : notice.name);
}

/// Mails of one conversation have one: what they refer to is a mail that was never sent, as mail programs are used to.
std::string threadOf(const Core& core, const MailOptions& options, const NotificationRecord& notice)
{
    std::string thread;
    if (notice.threadId != 0)
        thread = "message-" + std::to_string(notice.threadId);
    else if (isDirect(core, notice.chatId))
        thread = "chat-" + std::to_string(notice.chatId);
    else if (notice.messageId != 0)
        thread = "message-" + std::to_string(notice.messageId); // its thread refers to it
    else if (notice.issueId != 0)
        thread = "issue-" + std::to_string(notice.issueId);
    else if (notice.pullId != 0)
        thread = "pull-" + std::to_string(notice.pullId);
    else if (notice.repositoryId != 0)
        thread = "repository-" + std::to_string(notice.repositoryId);
    else
        return {};
    return thread + '.' + threadMark(core.key, thread) + '@' + std::string(domainOf(options.from));
}

std::string quoted(std::string_view text)
{
    std::string out;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        out += "> " + std::string(text.substr(0, end)) + '\n';
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

std::string htmlOf(const std::string& body)
{
    return "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"></head>\n<body style=\"font-family: sans-serif; line-height: 1.4\">\n" + body +
           "</body></html>\n";
}

std::string htmlLink(const std::string& url, std::string_view words)
{
    return "<a href=\"" + escapedHtml(url) + "\">" + escapedHtml(words) + "</a>";
}

std::string htmlQuote(const std::string& text)
{
    return text.empty() ? ""
                        : "<blockquote style=\"margin: 0 0 1em; padding-left: 0.8em; border-left: 3px solid #bbb; white-space: pre-wrap\">" +
                              escapedHtml(text) + "</blockquote>\n";
}

/// The end of every mail that notifies.
void addFoot(const Core& core, const MailOptions& options, Id userId, const std::string& why, Letter& letter, std::string html)
{
    const auto token = unsubscribeToken(core.key, userId);
    const auto leave = unsubscribeLink(options, token);
    letter.unsubscribe = options.publicUrl + "/api/notifications/email/unsubscribe?token=" + token;
    letter.text += "\n-- \n" + why + "\nWhat is mailed to you: " + settingsLink(options) + "\nNo more e-mail: " + leave + '\n';
    html += "<hr><p style=\"color: #555; font-size: small\">" + escapedHtml(why) + "<br>" +
            htmlLink(settingsLink(options), "What is mailed to you") + " &middot; " + htmlLink(leave, "No more e-mail") + "</p>\n";
    letter.html = htmlOf(html);
}

} // namespace

std::string pageOf(std::string_view url)
{
    constexpr std::string_view inbox = "/notifications";
    constexpr std::string_view api = "/api";
    // A path as the API writes one; whatever else a name has in it is percent-encoded there.
    if (!url.starts_with("/api/") || !std::all_of(url.begin(), url.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::string_view("/-._~%").find(c) != std::string_view::npos;
        }))
        return std::string(inbox);
    const auto part = segments(url.substr(api.size()));
    const auto path = [](std::initializer_list<std::string_view> parts) {
        std::string out;
        for (const auto each : parts)
            out += '/' + std::string(each);
        return out;
    };
    const auto count = part.size();
    if (part[0] == "chats" && (count == 2 || (count == 4 && part[2] == "messages")))
        return count == 2 ? path({"c", part[1]}) : path({"c", part[1], "m", part[3]});
    if (part[0] == "projects" && count == 3)
        return path({"p", part[1], part[2]});
    if (part[0] == "projects" && count == 4)
        return path({"p", part[1], part[2], "code", part[3]});
    if (part[0] == "projects" && count == 5 && part[3] == "issues")
        return path({"p", part[1], part[2], "issues", part[4]});
    if (part[0] == "projects" && count == 6 && part[4] == "pulls")
        return path({"p", part[1], part[2], "code", part[3], "pulls", part[5]});
    if (part[0] == "git" && (count == 3 || (count == 5 && part[3] == "pulls")))
        return count == 3 ? path({"r", part[1], part[2]}) : path({"r", part[1], part[2], "pulls", part[4]});
    return std::string(inbox);
}

void testText(const MailOptions& options, Letter& letter)
{
    const auto words = "This is a mail from NetBit at " + options.publicUrl + ", to see whether it arrives. Nothing needs to be done.";
    letter.subject = "A test mail from NetBit";
    letter.text = words + '\n';
    letter.html = htmlOf("<p>" + escapedHtml(words) + "</p>\n");
}

void confirmationText(const Core& core, const MailOptions& options, Id userId, Letter& letter)
{
    const auto link = linkTo(options, "/email/confirm?token=" +
                                          confirmToken(core.key, userId, letter.to, core.clock() + confirmableForMs));
    const auto name = core.projects().nameOf(userId);
    const auto asks = name + " wants to have notifications of NetBit at " + options.publicUrl + " sent to this address.";
    constexpr std::string_view ignore = "If that was not you, do nothing: nothing else will be sent to you.";
    letter.subject = "Confirm this address for NetBit";
    letter.text = asks + "\n\nConfirm it within three days: " + link + "\n\n" + std::string(ignore) + '\n';
    letter.html = htmlOf("<p>" + escapedHtml(asks) + "</p>\n<p>" + htmlLink(link, "Confirm this address") + " within three days.</p>\n<p>" +
                         escapedHtml(ignore) + "</p>\n");
}

void noticeText(const Core& core, const MailOptions& options, const NotificationRecord& notice, Letter& letter)
{
    const auto link = linkTo(options, pageOf(notice.url));
    letter.subject = subjectOf(core, notice);
    letter.thread = threadOf(core, options, notice);
    letter.text = notice.name + "\n\n" + (notice.content.empty() ? "" : quoted(notice.content) + '\n') + link + '\n';
    addFoot(core, options, notice.userId, "Why you get this: " + whyOf(notice), letter,
            "<p><strong>" + escapedHtml(notice.name) + "</strong></p>\n" + htmlQuote(notice.content) + "<p>" +
                htmlLink(link, "Open it in NetBit") + "</p>\n");
}

void digestText(const Core& core, const MailOptions& options, const std::vector<NotificationRecord>& notices, std::size_t more,
                Letter& letter)
{
    const auto count = notices.size() + more;
    const auto number = std::to_string(count) + (count == 1 ? " notification" : " notifications");
    letter.subject = "[NetBit] " + number;
    letter.text = "You have " + number + " that you have not read, the newest first.\n";
    std::string html = "<p>You have " + number + " that you have not read, the newest first.</p>\n<ul>\n";
    for (const auto& notice : notices) {
        const auto link = linkTo(options, pageOf(notice.url));
        letter.text += "\n* [" + placeOf(core, notice) + "] " + notice.name + '\n' + quoted(notice.content) + "  " + link + "\n  " +
                       whyOf(notice) + '\n';
        html += "<li><p>[" + escapedHtml(placeOf(core, notice)) + "] " + htmlLink(link, notice.name) + " <small>" +
                escapedHtml(whyOf(notice)) + "</small></p>\n" + htmlQuote(notice.content) + "</li>\n";
    }
    html += "</ul>\n";
    const auto inbox = linkTo(options, "/notifications");
    if (more > 0) {
        letter.text += "\nThe others: " + inbox + '\n';
        html += "<p>" + htmlLink(inbox, "The others") + "</p>\n";
    }
    addFoot(core, options, notices.front().userId, "You have chosen one e-mail a day.", letter, std::move(html));
}

} // namespace netbit::services::mail
