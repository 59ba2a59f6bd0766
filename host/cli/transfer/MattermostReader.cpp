// A server as Mattermost's bulk export writes it: one line a record, alone or as the .jsonl of a ZIP archive.

#include "base/Digest.h"
#include "base/Json.h"
#include "cli/JsonFields.h"
#include "cli/transfer/Lines.h"
#include "cli/transfer/MattermostPost.h"
#include "cli/transfer/Readers.h"
#include "cli/transfer/Zip.h"

#include <algorithm>
#include <boost/algorithm/hex.hpp>
#include <filesystem>
#include <unordered_set>
#include <vector>

namespace netbit::cli::transfer
{

namespace
{

using base::fault;
using base::Result;
using base::Status;
namespace json_ = boost::json;

class MattermostReader final : public Reader
{
public:
    MattermostReader(std::string path, std::unique_ptr<Zip> zip, const ZipEntry* entry)
        : _path(std::move(path))
        , _zip(std::move(zip))
        , _entry(entry)
    {
        _posts.hasBytes = [this](const std::string& file) { return entryOf(file) != nullptr; };
    }

    std::string source() const override { return "mattermost"; }

    // Twice: who is in a channel stands before what was said in it, and has read it all.
    Result<void> read(const Reading& reading) override
    {
        _pass = 1;
        if (auto done = pass(reading); !done)
            return done;
        _pass = 2;
        if (auto done = pass(reading); !done)
            return done;
        if (_zip)
            for (const auto& [name, entry] : _zip->entries())
                if (&entry != _entry && !_taken.contains(name))
                    reading.report.leftOut("file", name, name.ends_with(".zip") ? "archive_in_archive" : "file",
                                           "No post has it.");
        return {};
    }

private:
    Result<void> pass(const Reading& reading)
    {
        std::unique_ptr<Bytes> bytes;
        std::uint64_t size = 0;
        if (_zip) {
            auto opened = _zip->stream(*_entry);
            if (!opened)
                return opened.error();
            bytes = std::move(*opened);
            size = _entry->bytes;
        } else {
            auto opened = FileBytes::open(_path);
            if (!opened)
                return opened.error();
            size = (*opened)->size();
            bytes = std::move(*opened);
        }
        LineReader lines(*bytes);
        std::string line;
        const auto name = _zip ? _entry->name : _path;
        bool versioned = false;
        for (;;) {
            const auto state = lines.next(line);
            if (!state)
                return state.error();
            if (*state == LineState::end)
                break;
            reading.progress.update(_pass == 1 ? "KiB" : "KiB, members", lines.consumed() / 1024, size / 1024);
            const auto where = name + ":" + std::to_string(lines.number());
            if (line.empty())
                continue;
            if (*state == LineState::tooLong) {
                if (_pass == 1)
                    reading.report.leftOut("unknown", where, "line_too_long", "A line has at most 32 MiB.");
                continue;
            }
            const auto parsed = base::parseJson(line);
            const auto type = parsed ? text(*parsed, "type") : std::string();
            if (!versioned) {
                if (type != "version")
                    return fault(Status::invalid, "no_mattermost_export",
                                 name + " is no bulk export of Mattermost: its first line has no version.");
                if (integer(*parsed, "version") != 1)
                    return fault(Status::unsupported, "other_version", name + " is of another version than 1.");
                versioned = true;
                continue;
            }
            const auto* const inner = parsed ? member(*parsed, type) : nullptr;
            if (!parsed || !inner || !inner->is_object()) {
                if (_pass == 1)
                    reading.report.leftOut("unknown", where, parsed ? "not_a_record" : "invalid_json",
                                           parsed ? "It has not the form of a record." : parsed.error().detail);
                continue;
            }
            if (auto done = _pass == 1 ? record(reading, type, *inner, where) : members(reading, type, *inner, where); !done)
                return done;
        }
        if (!versioned)
            return fault(Status::invalid, "no_mattermost_export", name + " is empty.");
        return {};
    }

    Result<void> record(const Reading& reading, const std::string& type, const json_::value& it, const std::string& where)
    {
        if (type == "team") {
            reading.report.leftOut("team", where, "team", "A server of NetBit is one team; its channels are taken in.");
            return {};
        }
        if (type == "channel")
            return channel(reading, it, where);
        if (type == "user" || type == "bot")
            return user(reading, type, it, where);
        if (type == "post")
            return post(reading, it, mattermostChannel(text(it, "team"), text(it, "channel")), where);
        if (type == "direct_channel")
            return direct(reading, it, where);
        if (type == "direct_post") {
            const auto with = mattermostMembers(it, "channel_members");
            if (auto done = ensureDirect(reading, with, where); !done)
                return done;
            return post(reading, it, mattermostDirect(with), where);
        }
        const bool known = type == "emoji" || type == "role" || type == "scheme";
        reading.report.leftOut(known ? type : "unknown", where, known ? type : "unknown_type",
                               "This server has nothing of the kind.");
        return {};
    }

    Result<void> channel(const Reading& reading, const json_::value& it, const std::string& where)
    {
        ChatItem item;
        item.key = mattermostChannel(text(it, "team"), text(it, "name"));
        item.name = chatName(text(it, "display_name"), text(it, "name"));
        item.open = text(it, "type") == "O";
        item.topic = prose(text(it, "header"), 1'000);
        item.description = prose(text(it, "purpose"), 4'000);
        if (const auto gone = integer(it, "deleted_at"); gone > 0)
            item.archivedAt = gone;
        _posts.channels.insert(item.key);
        return reading.sink.put("chat", json(item), where);
    }

    Result<void> user(const Reading& reading, const std::string& type, const json_::value& it, const std::string& where)
    {
        UserItem item;
        item.key = text(it, "username");
        item.username = username(item.key, "somebody");
        item.email = email(text(it, "email"));
        const auto roles = text(it, "roles");
        item.role = type == "bot" ? "bot" : roles.find("system_guest") != std::string::npos ? "guest" : "";
        item.deactivated = integer(it, "delete_at") > 0;
        item.displayName = text(it, "nickname");
        if (item.displayName.empty())
            item.displayName = type == "bot" ? text(it, "display_name") : text(it, "first_name") + " " + text(it, "last_name");
        item.displayName = oneLine(item.displayName == " " ? "" : item.displayName, 100);
        item.about = prose(text(it, type == "bot" ? "description" : "position"), 1'000);
        _posts.users.insert(item.key);
        return reading.sink.put("user", json(item), where);
    }

    Result<void> direct(const Reading& reading, const json_::value& it, const std::string& where)
    {
        auto with = mattermostMembers(it, "members");
        if (with.empty())
            for (const auto& each : list(it, "participants"))
                with.push_back(text(each, "username"));
        std::sort(with.begin(), with.end());
        return ensureDirect(reading, with, where, prose(text(it, "header"), 1'000));
    }

    /// A post may name people of whom no direct channel was told.
    Result<void> ensureDirect(const Reading& reading, const std::vector<std::string>& with, const std::string& where,
                              const std::string& header = {})
    {
        if (with.empty() || !_posts.channels.insert(mattermostDirect(with)).second)
            return {};
        ChatItem item;
        item.key = mattermostDirect(with);
        if (with.size() == 2) {
            item.type = "direct";
            item.participants = with;
        } else {
            for (const auto& each : with)
                item.name += (item.name.empty() ? "" : ", ") + each;
            item.name = oneLine(with.size() == 1 ? "notes of " + with.front() : item.name, 200);
            item.topic = header;
        }
        return reading.sink.put("chat", json(item), where);
    }

    Result<void> post(const Reading& reading, const json_::value& it, const std::string& chat, const std::string& where)
    {
        auto posts = _posts.read(it, chat);
        for (auto& one : posts) {
            const auto at = where + one.place;
            for (const auto& remark : one.notes)
                reading.report.note(at, remark.first, remark.second);
            if (!one.whyNot.empty()) {
                reading.report.leftOut("message", at, one.whyNot, "There is no message in it.");
                continue;
            }
            for (auto& each : one.files)
                if (auto done = file(reading, each, at); !done)
                    return done;
            if (auto done = reading.sink.put("message", json(one.message), at); !done)
                return done;
        }
        return {};
    }

    const ZipEntry* entryOf(const std::string& path) const { return _zip ? _zip->find("data/" + path) : nullptr; }

    /// Read twice: its digest goes before its bytes.
    Result<void> file(const Reading& reading, MattermostFile& one, const std::string& where)
    {
        const auto* const entry = entryOf(one.path);
        _taken.insert(entry->name);
        auto bytes = _zip->stream(*entry);
        if (!bytes)
            return bytes.error();
        base::Sha256 sum;
        for (std::vector<char> piece(std::size_t{64} * 1024);;) {
            const auto got = (*bytes)->read(piece.data(), piece.size());
            if (!got)
                return got.error();
            if (*got == 0)
                break;
            sum.add({piece.data(), *got});
        }
        one.item.sha256 = boost::algorithm::hex_lower(sum.end());
        one.item.size = entry->bytes;
        auto again = _zip->stream(*entry);
        if (!again)
            return again.error();
        return reading.sink.putFile(json(one.item), where, **again, entry->bytes);
    }

    /// The second time: who is where.
    Result<void> members(const Reading& reading, const std::string& type, const json_::value& it, const std::string& where)
    {
        if (type == "user") {
            for (const auto& team : list(it, "teams"))
                for (const auto& in : list(team, "channels")) {
                    MemberItem item;
                    item.chat = mattermostChannel(text(team, "name"), text(in, "name"));
                    item.user = text(it, "username");
                    item.role = text(in, "roles").find("channel_admin") != std::string::npos ? "admin" : "";
                    item.favourite = truth(in, "favorite");
                    if (const auto* const notify = member(in, "notify_props"))
                        item.muted = text(*notify, "mark_unread") == "mention";
                    if (auto put = reading.sink.put("member", json(item), where); !put)
                        return put;
                }
        } else if (type == "direct_channel" || type == "direct_post") {
            auto with = mattermostMembers(it, type == "direct_post" ? "channel_members" : "members");
            if (with.empty())
                for (const auto& each : list(it, "participants"))
                    with.push_back(text(each, "username"));
            std::sort(with.begin(), with.end());
            if (with.empty() || !_membersTold.insert(mattermostDirect(with)).second)
                return {};
            for (const auto& each : with)
                if (auto put = reading.sink.put("member", json(MemberItem{.chat = mattermostDirect(with), .user = each}), where);
                    !put)
                    return put;
        }
        return {};
    }

    const std::string _path;
    const std::unique_ptr<Zip> _zip;
    const ZipEntry* const _entry;
    int _pass = 1;
    MattermostPosts _posts;
    std::unordered_set<std::string> _membersTold;
    std::unordered_set<std::string> _taken; ///< entries that are files of posts
};

} // namespace

Result<ReaderPtr> openMattermost(const std::string& path)
{
    auto bytes = FileBytes::open(path);
    if (!bytes)
        return bytes.error();
    char magic[2] = {};
    const auto got = (*bytes)->read(magic, 2);
    if (!got)
        return got.error();
    if (*got < 2 || magic[0] != 'P' || magic[1] != 'K')
        return ReaderPtr(std::make_unique<MattermostReader>(path, nullptr, nullptr));
    auto zip = Zip::open(path);
    if (!zip)
        return zip.error();
    const ZipEntry* found = nullptr;
    for (const auto& [name, entry] : (*zip)->entries())
        if (name.ends_with(".jsonl") && name.find('/') == std::string::npos) {
            if (found)
                return fault(Status::invalid, "no_mattermost_export", path + " has several .jsonl files.");
            found = &entry;
        }
    if (!found)
        return fault(Status::invalid, "no_mattermost_export", path + " is no bulk export of Mattermost: it has no .jsonl file.");
    return ReaderPtr(std::make_unique<MattermostReader>(path, std::move(*zip), found));
}

} // namespace netbit::cli::transfer
