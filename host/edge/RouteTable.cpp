// The table as a tree of path segments.
#include "edge/Router.h"

#include "edge/Chars.h"
#include "edge/Target.h"

#include <algorithm>
#include <array>
#include <set>

namespace netbit::edge {

namespace {

using base::fault;
using base::Status;

struct Node {
    std::vector<std::pair<std::string, std::unique_ptr<Node>>> literals; // sorted by text
    std::unique_ptr<Node> parameter; // one segment
    std::unique_ptr<Node> rest;      // all remaining segments; has no children
    std::vector<const Route*> routes; // one per method
    std::vector<std::vector<std::string>> names; // of each route's parameters, in order

    Node* literal(std::string_view text) const noexcept
    {
        const auto found = std::lower_bound(literals.begin(), literals.end(), text,
                                            [](const auto& entry, std::string_view wanted) { return entry.first < wanted; });
        return found != literals.end() && found->first == text ? found->second.get() : nullptr;
    }
};

struct Segment {
    enum class Kind { literal, parameter, rest } kind = Kind::literal;
    std::string_view text;
};

bool parsePattern(std::string_view pattern, std::vector<Segment>& segments)
{
    if (!pattern.starts_with('/'))
        return false;
    std::set<std::string_view> names;
    for (std::size_t at = 1;;) {
        const auto end = std::min(pattern.find('/', at), pattern.size());
        auto text = pattern.substr(at, end - at);
        Segment segment{Segment::Kind::literal, text};
        if (text.starts_with('{')) {
            if (!text.ends_with('}'))
                return false;
            text = text.substr(1, text.size() - 2);
            segment.kind = Segment::Kind::parameter;
            if (text.ends_with("...")) {
                text.remove_suffix(3);
                segment.kind = Segment::Kind::rest;
                if (end != pattern.size())
                    return false;
            }
            if (text.empty() || !isToken(text) || !names.insert(text).second)
                return false;
            segment.text = text;
        } else if (!allAre(pathChar, text) || (text.empty() && end != pattern.size())) {
            return false;
        }
        segments.push_back(segment);
        if (end == pattern.size())
            return true;
        at = end + 1;
    }
}

class Tree final : public RouteTable {
public:
    explicit Tree(std::vector<Route> routes) : _routes(std::move(routes)) {}

    base::Result<void> plant()
    {
        std::set<std::string> methods{"OPTIONS"};
        for (const auto& route : _routes) {
            if (route.access == Access::undeclared)
                return fault(Status::invalid, "access_undeclared",
                             route.owner + ": " + route.method + " " + route.pattern + " does not say who may call it.");
            if (auto planted = plantOne(route); !planted)
                return planted;
            methods.insert(route.method);
            if (route.method == "GET")
                methods.insert("HEAD");
        }
        for (const auto& method : methods)
            _allMethods += (_allMethods.empty() ? "" : ", ") + method;
        return {};
    }

    using RouteTable::match;
    void match(std::string_view method, std::string_view path, Match& found) const override
    {
        found.route = nullptr;
        found.params.clear();
        found.allow.clear();
        if (!path.starts_with('/'))
            return;
        Search search{method, {}, 0, nullptr, nullptr};
        walk(_root, path.substr(1), search);
        if (search.node) {
            const auto index = static_cast<std::size_t>(
                std::find(search.node->routes.begin(), search.node->routes.end(), search.route) -
                search.node->routes.begin());
            found.route = search.route;
            const auto& names = search.node->names[index];
            for (std::size_t i = 0; i < names.size(); ++i)
                found.params.emplace_back(names[i], search.values[i]);
            return;
        }
        if (search.allowed.empty())
            return;
        if (search.allowed.contains("GET"))
            search.allowed.insert("HEAD");
        search.allowed.insert("OPTIONS");
        for (const auto& name : search.allowed)
            (found.allow += found.allow.empty() ? "" : ", ") += name;
    }

    const std::vector<Route>& routes() const noexcept override { return _routes; }
    const std::string& allMethods() const noexcept override { return _allMethods; }

private:
    static constexpr std::size_t mostParameters = 16;

    struct Search {
        std::string_view method;
        std::array<std::string_view, mostParameters> values;
        std::size_t count;
        const Node* node;
        const Route* route;
        std::set<std::string_view> allowed{}; // of paths that match with another method; stays empty on a hit
    };

    base::Result<void> plantOne(const Route& route)
    {
        std::vector<Segment> segments;
        if (!isToken(route.method) || !route.handler || !parsePattern(route.pattern, segments))
            return fault(Status::invalid, "bad_pattern",
                         route.owner + ": " + route.method + " " + route.pattern + " is not a route.");
        Node* node = &_root;
        std::vector<std::string> names;
        for (const auto& segment : segments) {
            if (segment.kind == Segment::Kind::literal) {
                node = literalOf(*node, segment.text);
                continue;
            }
            auto& child = segment.kind == Segment::Kind::rest ? node->rest : node->parameter;
            if (!child)
                child = std::make_unique<Node>();
            node = child.get();
            names.emplace_back(segment.text);
        }
        if (names.size() > mostParameters)
            return fault(Status::invalid, "bad_pattern", route.pattern + " has too many parameters.");
        for (const Route* other : node->routes)
            if (other->method == route.method)
                return fault(Status::conflict, "duplicate_route",
                             route.method + " " + route.pattern + " belongs to " + other->owner + " and to " +
                                 route.owner + ".");
        node->routes.push_back(&route);
        node->names.push_back(std::move(names));
        return {};
    }

    static Node* literalOf(Node& node, std::string_view text)
    {
        if (Node* known = node.literal(text))
            return known;
        const auto place = std::lower_bound(node.literals.begin(), node.literals.end(), text,
                                            [](const auto& entry, std::string_view wanted) { return entry.first < wanted; });
        return node.literals.insert(place, {std::string(text), std::make_unique<Node>()})->second.get();
    }

    static bool end(const Node& node, Search& search)
    {
        const Route* get = nullptr;
        for (const Route* route : node.routes) {
            if (route->method == search.method) {
                search.node = &node;
                search.route = route;
                return true;
            }
            if (route->method == "GET")
                get = route;
        }
        if (get && search.method == "HEAD") {
            search.node = &node;
            search.route = get;
            return true;
        }
        for (const Route* route : node.routes)
            search.allowed.insert(route->method);
        return false;
    }

    /// `path` is what remains, without its leading slash. Literal first, then parameter, then rest.
    static bool walk(const Node& node, std::string_view path, Search& search)
    {
        const auto slash = std::min(path.find('/'), path.size());
        const auto segment = path.substr(0, slash);
        const bool last = slash == path.size();
        const auto into = [&](const Node& child) {
            return last ? end(child, search) : walk(child, path.substr(slash + 1), search);
        };
        const Node* literal = nullptr;
        if (segment.find('%') == std::string_view::npos) {
            literal = node.literal(segment);
        } else { // RFC 3986 section 6.2.2.2: %63hats is chats
            std::string decoded;
            decoded.reserve(segment.size());
            if (const auto text = decode(segment, false, decoded))
                literal = node.literal(*text);
        }
        if (literal && into(*literal))
            return true;
        if (node.parameter && !segment.empty()) {
            search.values[search.count++] = segment;
            if (into(*node.parameter))
                return true;
            --search.count;
        }
        if (node.rest) {
            search.values[search.count++] = path;
            if (end(*node.rest, search))
                return true;
            --search.count;
        }
        return false;
    }

    std::vector<Route> _routes;
    Node _root;
    std::string _allMethods;
};

} // namespace

base::Result<std::shared_ptr<const RouteTable>> RouteTable::build(std::vector<Route> routes)
{
    auto tree = std::make_shared<Tree>(std::move(routes));
    if (auto planted = tree->plant(); !planted)
        return planted.error();
    return std::shared_ptr<const RouteTable>(std::move(tree));
}

} // namespace netbit::edge
