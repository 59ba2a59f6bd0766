// Columns of a board.

#include "services/issues/PlanParts.h"
#include "services/issues/Ranks.h"

#include "services/projects/Acts.h"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace netbit::services::issues {

using base::fault;
using base::Status;
using storage::BoardColumnRecord;
using storage::BoardRepository;

namespace json = boost::json;

namespace {

constexpr std::size_t mostColumns = 50; // of a board

using Columns = std::vector<BoardColumnRecord>;

Columns::iterator find(Columns& columns, Id id)
{
    return std::find_if(columns.begin(), columns.end(), [&](const auto& column) { return column.id == id; });
}

base::Error columnNotFound() { return fault(Status::notFound, "column_not_found", "The board has no such column."); }

/// Where one that is not in the list goes: behind the column named, before it, or to the end.
Result<Columns::iterator> placeFor(Columns& columns, const operations::Arguments& args)
{
    if (args.has("after") && args.has("before"))
        return fault(Status::invalid, "after_and_before", "Name one of after and before.", "/before");
    const auto* const member = args.has("after") ? "after" : "before";
    if (!args.has(member))
        return columns.end();
    const auto other = find(columns, args.integerOr(member, 0));
    if (other == columns.end())
        return fault(Status::invalid, "unknown_column", "The board has no such other column.", std::string("/") + member);
    return args.has("after") ? other + 1 : other;
}

void storeOrder(Turn& turn, Columns& columns)
{
    for (std::size_t i = 0; i < columns.size(); ++i) {
        columns[i].place = static_cast<std::int64_t>(i);
        BoardRepository::updateColumn(turn.connection, columns[i]);
    }
}

json::object columnJson(const BoardColumnRecord& column, const Columns& columns)
{
    json::array order;
    for (const auto& one : columns)
        order.emplace_back(one.id);
    return {{"board_id", column.boardId}, {"id", column.id}, {"name", column.name}, {"order", std::move(order)}};
}

/// Acts on a board that is as the caller has it in hand.
Result<void> onBoard(Core& core, Call& call, std::string_view operation,
                     std::function<Result<void>(Turn&, const storage::ProjectRecord&, const storage::BoardRecord&, const operations::Arguments&)> act,
                     Done done)
{
    return plan(core, call, operation, Right::planIssues,
                [ifMatch = call.ifMatch, act = std::move(act)](Turn& turn, const storage::ProjectRecord& project,
                                                               const operations::Arguments& args) -> Result<void> {
                    const auto board = ownOf<BoardRepository>(turn.connection, project.id, args, "board");
                    if (!board)
                        return board.error();
                    if (!ifMatch.empty())
                        if (auto match = projects::checkIfMatch(ifMatch, boardJson(turn.connection, turn.core, project, *board)); !match)
                            return match;
                    return act(turn, project, *board, args);
                },
                std::move(done));
}

} // namespace

Result<void> addColumn(Core& core, Call& call, Done done)
{
    return onBoard(core, call, "boards.add_column",
                   [](Turn& turn, const storage::ProjectRecord& project, const storage::BoardRecord& board,
                      const operations::Arguments& args) -> Result<void> {
                       const auto name = checkName(args.textOr("name", {}), "/name");
                       if (!name)
                           return name.error();
                       auto columns = BoardRepository::columns(turn.connection, board.id);
                       if (columns.size() >= mostColumns)
                           return full();
                       const auto place = placeFor(columns, args);
                       if (!place)
                           return place.error();
                       BoardColumnRecord made{.boardId = board.id, .name = *name};
                       made.id = BoardRepository::insertColumn(turn.connection, made);
                       columns.insert(*place, made);
                       storeOrder(turn, columns);
                       tellChange(turn, project, "board.column_added", board.id, columnJson(made, columns));
                       turn.made.id = made.id;
                       return {};
                   },
                   std::move(done));
}

Result<void> updateColumn(Core& core, Call& call, Done done)
{
    const auto& args = call.arguments;
    if (!args.has("name") && !args.has("after") && !args.has("before"))
        return projects::nothingToChange();
    return onBoard(core, call, "boards.update_column",
                   [](Turn& turn, const storage::ProjectRecord& project, const storage::BoardRecord& board,
                      const operations::Arguments& arguments) -> Result<void> {
                       auto columns = BoardRepository::columns(turn.connection, board.id);
                       const auto found = find(columns, arguments.integerOr("column", 0));
                       if (found == columns.end())
                           return columnNotFound();
                       if (const auto text = arguments.text("name")) {
                           auto name = checkName(*text, "/name");
                           if (!name)
                               return name.error();
                           found->name = std::move(*name);
                       }
                       auto column = *found;
                       if (arguments.has("after") || arguments.has("before")) {
                           columns.erase(found);
                           const auto place = placeFor(columns, arguments);
                           if (!place)
                               return place.error();
                           columns.insert(*place, column);
                       }
                       storeOrder(turn, columns);
                       tellChange(turn, project, "board.column_changed", board.id, columnJson(column, columns));
                       turn.made.id = column.id;
                       return {};
                   },
                   std::move(done));
}

Result<void> removeColumn(Core& core, Call& call, Done done)
{
    return onBoard(core, call, "boards.remove_column",
                   [](Turn& turn, const storage::ProjectRecord& project, const storage::BoardRecord& board,
                      const operations::Arguments& args) -> Result<void> {
                       auto columns = BoardRepository::columns(turn.connection, board.id);
                       const auto found = find(columns, args.integerOr("column", 0));
                       if (found == columns.end())
                           return columnNotFound();
                       if (columns.size() == 1)
                           return fault(Status::conflict, "last_column", "A board has at least one column.");
                       const auto column = *found;
                       columns.erase(found);
                       const auto cards = BoardRepository::cards(turn.connection, column.id);
                       const auto to = args.integerOr("to", 0);
                       if ((args.has("to") || !cards.empty()) && find(columns, to) == columns.end())
                           return fault(Status::invalid, "unknown_column", "Name another column of the board that its cards go to.", "/to");
                       auto last = BoardRepository::rankBefore(turn.connection, to, {});
                       for (auto card : cards) { // behind those that are there, in their own order
                           card.columnId = to;
                           card.rank = last = rankBetween(last, {});
                           BoardRepository::putCard(turn.connection, card);
                       }
                       if (last.size() >= longRank)
                           rankAnew(turn, to);
                       BoardRepository::removeColumn(turn.connection, column.id);
                       storeOrder(turn, columns);
                       auto told = columnJson(column, columns);
                       told["cards_to"] = cards.empty() ? json::value(nullptr) : json::value(to);
                       tellChange(turn, project, "board.column_removed", board.id, std::move(told));
                       turn.made.id = column.id;
                       return {};
                   },
                   std::move(done));
}

} // namespace netbit::services::issues
