// Who hears of what happens in a project, live and from the log.

#include "services/events/tests/Readers.h"
#include "services/projects/tests/House.h"

namespace netbit::services::projects::test {

namespace {

using events::test::Reader;

class ProjectEvents : public House {
protected:
    std::shared_ptr<Reader> follow(Id who, std::vector<std::string> topics = {}, Id after = -1)
    {
        auto reader = std::make_shared<Reader>();
        _all.push_back(log->subscribe({.principal = principal(who), .after = after, .topics = std::move(topics)}, reader));
        return reader;
    }
    /// Everything that has happened has gone past every reader when each has had an event of its own behind it.
    std::vector<std::string> heard(Id who, const std::shared_ptr<Reader>& reader, const std::string& mark)
    {
        std::promise<void> written;
        const auto taken = log->publishDurable(principal(who), mark, 0, "{}", [&](const auto&) { written.set_value(); });
        EXPECT_TRUE(taken.ok());
        written.get_future().wait();
        std::vector<std::string> topics;
        for (std::size_t seen = 1;; ++seen) {
            const bool came = reader->waitForEvents(seen);
            EXPECT_TRUE(came) << "the mark does not come";
            topics.clear();
            for (const auto& event : reader->events())
                topics.push_back(event->topic);
            if (!came || std::find(topics.begin(), topics.end(), mark) != topics.end())
                break;
        }
        std::erase_if(topics, [](const auto& topic) { return topic.starts_with("mark."); });
        return topics;
    }

private:
    std::vector<std::shared_ptr<events::Subscription>> _all;
};

using Topics = std::vector<std::string>;

} // namespace

TEST_F(ProjectEvents, OfAPrivateProjectAreItsMembersAlone)
{
    const auto before = log->lastId();
    const std::vector<std::string> named{"project.*", "mark.*"};
    std::map<Id, std::shared_ptr<Reader>> strangers;
    for (const Id who : {root, eve, guest})
        strangers[who] = follow(who, named);
    const auto owner = follow(ann);
    const auto member = follow(ben);
    const auto place = project(ann, "secret");
    add(place, ann, ben, "guest");
    good(ann, "projects.update", with(place, {{"description", "x"}}));
    EXPECT_EQ(heard(ann, owner, "mark.one"), (Topics{"project.created", "project.member_added", "project.updated"}));
    auto toMember = heard(ben, member, "mark.one");
    std::erase(toMember, "project.created"); // it is his to hear once he is in, if it reaches him after that
    EXPECT_EQ(toMember, (Topics{"project.member_added", "project.updated"}));
    for (const auto& [who, reader] : strangers) {
        EXPECT_EQ(heard(who, reader, "mark.one"), Topics()) << who;
        EXPECT_EQ(heard(who, follow(who, named, before), "mark.one"), Topics()) << who << " from the log";
    }
    good(ann, "projects.remove_member", with(place, {{"member", ben}}));
    good(ann, "projects.update", with(place, {{"description", "y"}}));
    const auto last = heard(ben, follow(ben, {}, before), "mark.one");
    EXPECT_EQ(last, (Topics{"project.left"})) << "what was said while he was in it is not his any more";
}

TEST_F(ProjectEvents, OfAPublicProjectAreForWhoAsksForThem)
{
    const auto asks = follow(eve, {"project.*", "mark.*"});
    const auto takesAll = follow(cem);
    const auto visitor = follow(guest, {"project.*", "mark.*"});
    const auto place = project(ann, "open", true);
    EXPECT_EQ(heard(eve, asks, "mark.one"), (Topics{"project.created"}));
    EXPECT_EQ(heard(cem, takesAll, "mark.one"), Topics());
    EXPECT_EQ(heard(guest, visitor, "mark.one"), Topics());
    good(ann, "projects.update", with(place, {{"is_public", false}}));
    good(ann, "projects.update", with(place, {{"description", "now secret"}}));
    EXPECT_EQ(heard(eve, asks, "mark.two"), (Topics{"project.created"})) << "and nothing that came when it was private";
}

TEST_F(ProjectEvents, OfAPrivateRepositoryInAPublicProjectAreNotForStrangers)
{
    const auto asks = follow(eve, {"repository.*", "git.pushed", "mark.*"});
    const auto place = project(ann, "open", true);
    const auto id = repository(ann, place, "hidden");
    const auto pushId = good(ann, "repositories.begin_push",
                             {{"id", id}, {"commands", json::array{json::object{{"ref", "refs/heads/a"}, {"old", id40('0')}, {"new", id40('1')}}}}},
                             {.keeper = true}).at("push_id").as_int64();
    good(0, "repositories.end_push",
         {{"push_id", pushId},
          {"updated", json::array{json::object{{"ref", "refs/heads/a"}, {"old", id40('0')}, {"new", id40('1')}, {"kind", "create"}}}}},
         {.keeper = true});
    repository(ann, place, "shown", true);
    EXPECT_EQ(heard(eve, asks, "mark.one"), (Topics{"repository.created"}));
}

} // namespace netbit::services::projects::test
