// A workspace as Slack exports it: users.json, channels.json, groups.json, mpims.json, dms.json, and for each conversation a
// folder with a file a day.

#include "base/Json.h"
#include "cli/JsonFields.h"
#include "cli/transfer/Readers.h"
#include "cli/transfer/SlackMessage.h"
#include "cli/transfer/Zip.h"

#include <algorithm>
#include <unordered_set>

namespace netbit::cli::transfer
{

namespace
{

using base::fault;
using base::Result;
using base::Status;
namespace json_ = boost::json;

constexpr std::string_view lists[] = {"channels.json", "groups.json", "mpims.json", "dms.json"};

base::Millis seconds(const json_::value& object, std::string_view member)
{
    const auto at = integer(object, member);
    return at > 0 && at < 10'000'000'000 ? at * 1'000 : 0;
}

class SlackReader final : public Reader
{
public:
    explicit SlackReader(std::unique_ptr<Zip> zip, std::string path)
        : _zip(std::move(zip))
        , _path(std::move(path))
    {
    }

    /// Reads who is in it; the rest is read when its turn comes.
    Result<void> begin()
    {
        // Some archives have all in one folder.
        const auto* users = _zip->find("users.json");
        for (const auto& [name, entry] : _zip->entries())
            if (!users && name.ends_with("/users.json") && std::count(name.begin(), name.end(), '/') == 1) {
                users = &entry;
                _folder = name.substr(0, name.size() - std::string_view("users.json").size());
            }
        if (!users)
            return fault(Status::invalid, "no_slack_export", _path + " is no export of Slack: it has no users.json.");
        auto parsed = document(*users);
        if (!parsed)
            return parsed.error();
        if (!parsed->is_array())
            return fault(Status::invalid, "no_slack_export", _path + ": users.json is no list.");
        _users = std::move(*parsed);
        for (const auto& user : _users.get_array()) {
            const auto id = text(user, "id");
            if (!id.empty())
                _people.names.emplace(id, username(text(user, "name"), id));
            if (_team.empty())
                _team = text(user, "team_id");
        }
        for (const auto& [name, entry] : _zip->entries())
            if (name.starts_with(_folder) && name.ends_with(".json"))
                ++_files;
        return {};
    }

    std::string source() const override { return _team.empty() ? "slack" : "slack:" + oneLine(_team, 100); }

    Result<void> read(const Reading& reading) override
    {
        _seen.insert(_folder + "users.json");
        for (std::size_t i = 0; i < _users.get_array().size(); ++i)
            if (auto done = user(reading, _users.get_array()[i], i); !done)
                return done;
        for (const auto list : lists)
            if (auto done = nameAll(reading, list); !done)
                return done;
        for (const bool told : {true, false})
            for (const auto list : lists)
                if (auto done = conversationsOf(reading, list, told); !done)
                    return done;
        for (const auto& [name, entry] : _zip->entries())
            if (!_seen.contains(name))
                reading.report.leftOut("file", name, reasonOf(name), "Nothing of it is read.");
        return {};
    }

private:
    static std::string reasonOf(std::string_view name)
    {
        return name.ends_with(".zip") ? "archive_in_archive" : "unknown_file";
    }

    Result<json_::value> document(const ZipEntry& entry) const
    {
        const auto bytes = _zip->read(entry);
        if (!bytes)
            return bytes.error();
        auto parsed = base::parseJson(*bytes);
        if (!parsed)
            return fault(Status::malformed, "invalid_json", _path + ": " + entry.name + ": " + parsed.error().detail);
        return parsed;
    }

    Result<void> user(const Reading& reading, const json_::value& user, std::size_t index)
    {
        const auto where = _folder + "users.json, record " + std::to_string(index);
        const auto id = text(user, "id");
        if (id.empty()) {
            reading.report.leftOut("user", where, "no_id", "It has no id.");
            return {};
        }
        static const json_::value none;
        const auto* found = member(user, "profile");
        const auto& profile = found ? *found : none;
        UserItem item;
        item.key = id;
        item.username = _people.names.at(id);
        item.email = email(text(profile, "email"));
        item.role = truth(user, "is_bot") || id == "USLACKBOT" ? "bot"
            : truth(user, "is_restricted") || truth(user, "is_ultra_restricted") ? "guest"
                                                                                 : "";
        item.deactivated = truth(user, "deleted");
        item.displayName = text(profile, "display_name");
        if (item.displayName.empty())
            item.displayName = text(profile, "real_name");
        if (item.displayName.empty())
            item.displayName = text(user, "real_name");
        item.displayName = oneLine(item.displayName, 100);
        item.about = prose(text(profile, "title"), 1'000);
        item.timeZone = oneLine(text(user, "tz"), 64);
        _people.told.insert(id);
        return reading.sink.put("user", json(item), where);
    }

    /// Messages name chats that come later.
    Result<void> nameAll(const Reading& reading, std::string_view list)
    {
        const auto* const entry = _zip->find(_folder + std::string(list));
        if (!entry)
            return {};
        _seen.insert(entry->name);
        auto parsed = document(*entry);
        if (!parsed)
            return parsed.error();
        if (!parsed->is_array()) {
            reading.report.leftOut("file", entry->name, "not_a_list", "It is no list of conversations.");
            return {};
        }
        for (const auto& each : parsed->get_array())
            if (list != "dms.json" && !text(each, "id").empty() && !text(each, "name").empty())
                _people.channels.emplace(text(each, "id"), text(each, "name"));
        return {};
    }

    /// All of one list; told: as chats, else: what was said in them, and who is in them.
    Result<void> conversationsOf(const Reading& reading, std::string_view list, bool told)
    {
        const auto* const entry = _zip->find(_folder + std::string(list));
        if (!entry)
            return {};
        const auto parsed = document(*entry);
        if (!parsed)
            return parsed.error();
        if (!parsed->is_array())
            return {};
        const auto& all = parsed->get_array();
        for (std::size_t i = 0; i < all.size(); ++i) {
            const auto where = entry->name + ", record " + std::to_string(i);
            if (auto done = told ? conversation(reading, all[i], list, where) : inside(reading, all[i], list, where); !done)
                return done;
        }
        return {};
    }

    static std::vector<std::string> membersOf(const json_::value& chat)
    {
        std::vector<std::string> members;
        for (const auto& each : list(chat, "members"))
            if (each.is_string() && std::find(members.begin(), members.end(), each.get_string()) == members.end())
                members.emplace_back(each.get_string());
        return members;
    }

    Result<void> conversation(const Reading& reading, const json_::value& chat, std::string_view list, const std::string& where)
    {
        const auto id = text(chat, "id");
        if (id.empty()) {
            reading.report.leftOut("chat", where, "no_id", "It has no id.");
            return {};
        }
        const bool direct = list == "dms.json";
        const auto members = membersOf(chat);
        ChatItem item;
        item.key = id;
        item.createdAt = seconds(chat, "created");
        item.creator = text(chat, "creator");
        if (direct && members.size() == 2) {
            item.type = "direct";
            item.participants = members;
            for (const auto& each : members)
                if (auto done = stranger(reading, each, {}, where); !done)
                    return done;
        } else if (direct) // what somebody wrote to nobody else
            item.name = "notes of " + (members.empty() ? std::string("nobody") : _people.nameOf(members[0]));
        else
            item.name = chatName(text(chat, "name"), id);
        item.open = list == "channels.json";
        if (item.type != "direct") {
            if (const auto* const topic = member(chat, "topic"))
                item.topic = prose(plain(text(*topic, "value")), 1'000);
            if (const auto* const purpose = member(chat, "purpose"))
                item.description = prose(plain(text(*purpose, "value")), 4'000);
        }
        if (truth(chat, "is_archived"))
            item.archivedAt = std::max(item.createdAt, base::Millis{1'000});
        if (!_people.told.contains(item.creator))
            item.creator.clear();
        return reading.sink.put("chat", json(item), where);
    }

    Result<void> inside(const Reading& reading, const json_::value& chat, std::string_view list, const std::string& where)
    {
        const auto id = text(chat, "id");
        if (id.empty())
            return {};
        const bool direct = list == "dms.json";
        SlackChat told{id, pinsOf(chat)};
        const auto folder = _folder + (direct ? id : text(chat, "name").empty() ? id : text(chat, "name")) + "/";
        for (auto file = _zip->entries().lower_bound(folder); file != _zip->entries().end() && file->first.starts_with(folder);
             ++file)
            if (file->first.ends_with(".json") && _seen.insert(file->first).second)
                if (auto done = day(reading, told, file->second); !done)
                    return done;
        for (const auto& each : membersOf(chat)) {
            if (auto done = stranger(reading, each, {}, where); !done)
                return done;
            const MemberItem joined{.chat = id, .user = each, .role = each == text(chat, "creator") && !direct ? "admin" : "",
                                    .joinedAt = seconds(chat, "created")};
            if (auto put = reading.sink.put("member", json(joined), where); !put)
                return put;
        }
        return {};
    }

    std::string plain(const std::string& mrkdwn) const
    {
        std::vector<MentionItem> nobody;
        return markdownOf(mrkdwn, _people.lookUp(), nobody);
    }

    static SlackPins pinsOf(const json_::value& chat)
    {
        SlackPins pins;
        for (const auto& pin : list(chat, "pins"))
            if (text(pin, "type") == "C")
                pins.emplace(text(pin, "id"), SlackPin{text(pin, "user"), seconds(pin, "created")});
        return pins;
    }

    Result<void> day(const Reading& reading, SlackChat& chat, const ZipEntry& entry)
    {
        reading.progress.update("files", ++_read, _files);
        const auto parsed = document(entry);
        if (!parsed && parsed.error().code != "invalid_json")
            return parsed.error();
        const auto* const messages = parsed ? parsed->if_array() : nullptr;
        if (!messages) {
            reading.report.leftOut("file", entry.name, parsed ? "not_a_list" : "invalid_json",
                                   parsed ? "It is no list of messages." : parsed.error().detail);
            return {};
        }
        // What answers comes behind what it answers.
        std::vector<std::pair<base::Millis, std::size_t>> order;
        for (std::size_t i = 0; i < messages->size(); ++i)
            order.emplace_back(slackTime(text((*messages)[i], "ts")).value_or(0), i);
        std::sort(order.begin(), order.end());
        for (const auto& [at, i] : order) {
            const auto where = entry.name + ", record " + std::to_string(i);
            auto read = readSlackMessage((*messages)[i], chat, _people);
            if (!read) {
                reading.report.leftOut("message", where, read.error().code, read.error().detail);
                continue;
            }
            for (const auto& remark : read->notes)
                reading.report.note(where, remark.first, remark.second);
            if (read->newSender) {
                _people.told.insert(read->newSender->key);
                if (auto done = reading.sink.put("user", json(*read->newSender), where); !done)
                    return done;
            }
            for (const auto& reaction : read->message.reactions)
                if (auto done = stranger(reading, reaction.user, {}, where); !done)
                    return done;
            if (auto done = reading.sink.put("message", json(read->message), where); !done)
                return done;
        }
        return {};
    }

    /// Somebody whom users.json does not know: a member of another workspace.
    Result<void> stranger(const Reading& reading, const std::string& id, const std::string& name, const std::string& where)
    {
        if (id.empty() || !_people.told.insert(id).second)
            return {};
        const auto known = _people.names.try_emplace(id, username(name, id)).first->second;
        return reading.sink.put("user", json(UserItem{.key = id, .username = known, .deactivated = true}), where);
    }

    const std::unique_ptr<Zip> _zip;
    const std::string _path;
    std::string _folder;
    std::string _team;
    json_::value _users;
    SlackPeople _people;
    std::unordered_set<std::string> _seen; ///< entries that were read
    std::size_t _files = 0;
    std::size_t _read = 0;
};

} // namespace

Result<ReaderPtr> openSlack(const std::string& path)
{
    auto zip = Zip::open(path);
    if (!zip)
        return zip.error();
    auto reader = std::make_unique<SlackReader>(std::move(*zip), path);
    if (auto begun = reader->begin(); !begun)
        return begun.error();
    return ReaderPtr(std::move(reader));
}

} // namespace netbit::cli::transfer
