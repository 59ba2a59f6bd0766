#pragma once
// What is asked for over HTTP: pages, threads, members, searches; and acts on messages. One after the other; while the
// server is away they wait.

#include "cli/Person.h"
#include "cli/chat/Shared.h"

#include <deque>

namespace netbit::cli::chat
{

class Asker
{
public:
    Asker(Person person, Shared& shared)
        : _person(std::move(person))
        , _shared(shared)
    {
    }

    Mailbox<Wish> wishes;

    void run(); ///< until shared.stop

private:
    base::Result<void> perform(const Wish& wish);
    base::Result<void> ask(const WantPage& want);
    base::Result<void> ask(const WantThread& want);
    base::Result<void> ask(const WantMembers& want);
    base::Result<void> ask(const Search& want);
    base::Result<void> askChats();
    base::Result<void> askChat(Id chat);
    base::Result<void> act(std::string_view method, const std::string& target, const std::string& body = {});
    void takeWishes();

    Person _person;
    Shared& _shared;
    std::deque<Wish> _queue;
    Id _me = 0;
};

} // namespace netbit::cli::chat
