#pragma once
// The eight who may stand before a route of a project or repository, for the tables of roles.

#include "journey/Stage.h"

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::test {

inline constexpr std::array<std::string_view, 8> callers{"nobody", "stranger", "guest",  "viewer",
                                                         "developer", "admin", "owner", "server admin"};

class RoleTable : public OnStage {
protected:
    static void SetUpTestSuite()
    {
        _stage = std::make_unique<Stage>(std::vector<std::string>{"limits.user_reads_per_minute=100000", "limits.user_writes_per_minute=100000",
                                                                  "limits.address_requests_per_minute=100000"});
        for (std::size_t i = 1; i < callers.size(); ++i)
            people().push_back(i + 1 == callers.size() ? root() : makeUser(daemon(), "role" + std::to_string(i)));
    }
    static void TearDownTestSuite()
    {
        people().clear();
        OnStage::TearDownTestSuite();
    }
    static std::vector<User>& people()
    {
        static std::vector<User> all;
        return all;
    }
    static const User& person(std::size_t caller) { return people().at(caller - 1); } ///< by their place in `callers`
    static const User& owner() { return person(6); }
};

} // namespace netbit::test
