#pragma once
// Everybody's rules in memory: asked for each event.

#include "services/notify/Rules.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

namespace netbit::services::notify {

class RuleBook {
public:
    using RulesPtr = std::shared_ptr<const Rules>;

    RulesPtr find(Id userId) const ///< [any] never null
    {
        static const auto none = std::make_shared<const Rules>();
        const std::shared_lock lock(_mutex); // _rules
        const auto at = _rules.find(userId);
        return at == _rules.end() ? none : at->second;
    }
    void put(Id userId, RulesPtr rules) ///< [writer] after the commit
    {
        const std::unique_lock lock(_mutex); // _rules, _users
        _rules[userId] = std::move(rules);
        auto users = std::make_shared<std::vector<Id>>();
        for (const auto& [user, its] : _rules)
            users->push_back(user);
        std::sort(users->begin(), users->end());
        _users = std::move(users);
    }
    std::shared_ptr<const std::vector<Id>> users() const ///< [any] who has rules, in order
    {
        const std::shared_lock lock(_mutex); // _users
        return _users;
    }

private:
    mutable std::shared_mutex _mutex; // guards what follows
    std::unordered_map<Id, RulesPtr> _rules;
    std::shared_ptr<const std::vector<Id>> _users = std::make_shared<const std::vector<Id>>();
};

} // namespace netbit::services::notify
