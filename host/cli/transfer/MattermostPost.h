#pragma once
// Posts of a Mattermost bulk export as records. They have no ids there: a post is called by its channel, who wrote it and when.

#include "cli/transfer/Records.h"

#include <boost/json/value.hpp>
#include <functional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace netbit::cli::transfer
{

std::string mattermostChannel(const std::string& team, const std::string& channel);
std::string mattermostDirect(const std::vector<std::string>& members); ///< sorted
/// The names in the list, sorted, each once.
std::vector<std::string> mattermostMembers(const boost::json::value& value, std::string_view list);

struct MattermostFile {
    FileItem item{};    ///< without size and digest
    std::string path{}; ///< in the export
};

struct MattermostRead {
    MessageItem message{};
    std::vector<MattermostFile> files{}; ///< of the message, whose bytes the export has
    std::string place{}; ///< ", reply 2"
    std::string whyNot{}; ///< not empty: there is no message in it
    std::vector<std::pair<std::string, std::string>> notes{};
};

class MattermostPosts
{
public:
    std::unordered_set<std::string> users{}; ///< whose names are mentions
    std::unordered_set<std::string> channels{};
    std::function<bool(const std::string& path)> hasBytes{}; ///< of an attachment

    /// The post and its replies.
    std::vector<MattermostRead> read(const boost::json::value& post, const std::string& chat);

private:
    MattermostRead readOne(const boost::json::value& post, const std::string& chat);
    std::string keyOf(const std::string& chat, const std::string& user, std::int64_t at);
    void addFiles(MattermostRead& read, const boost::json::value& post) const;
    void findMentions(MessageItem& message) const;

    std::unordered_map<std::string, int> _sameKeys; ///< of late: two posts of one millisecond stand near each other
};

} // namespace netbit::cli::transfer
