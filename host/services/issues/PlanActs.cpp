// Labels, milestones, boards.

#include "services/issues/PlanParts.h"
#include "services/issues/Ranks.h"

#include "services/projects/Acts.h"
#include "services/projects/ProjectJson.h"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace netbit::services::issues {

using base::fault;
using base::Status;
using storage::BoardRepository;
using storage::Connection;
using storage::LabelRepository;
using storage::MilestoneRepository;

namespace json = boost::json;

namespace {

constexpr std::size_t maxNameBytes = 100;
constexpr std::size_t maxBoards = 50;
constexpr std::int64_t maxCards = 5'000; ///< of one board

Result<void> checkColour(std::string_view colour)
{
    const auto hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); };
    if (!colour.empty() && (colour.size() != 7 || colour[0] != '#' || !std::all_of(colour.begin() + 1, colour.end(), hex)))
        return fault(Status::invalid, "invalid_colour", "A colour is written as #1a2b3c.", "/colour");
    return {};
}

} // namespace

Result<std::string> checkName(std::string_view name, std::string_view pointer)
{
    if (name.find_first_not_of(" \t") == name.npos || name.size() > maxNameBytes || name.find_first_of("\r\n") != name.npos)
        return fault(Status::invalid, "invalid_name", "It is one line of 1 to 100 bytes.", pointer);
    return std::string(name);
}

base::Error taken(std::string_view pointer) { return fault(Status::conflict, "name_taken", "There is one of this name already.", pointer); }
base::Error full() { return fault(Status::conflict, "too_many", "The project has as many of these as it may."); }

Result<void> plan(Core& core, Call& call, std::string_view operation, Right right,
                  std::function<Result<void>(Turn&, const storage::ProjectRecord&, const operations::Arguments&)> act, Done done)
{
    return projects::submit(
        core, operation, call,
        [args = call.arguments, right, act = std::move(act)](Turn& turn) -> Result<void> {
            const auto standing = projectOf(turn.connection, turn.core, turn.caller, args, right);
            if (!standing)
                return standing.error();
            return act(turn, standing->project, args);
        },
        std::move(done));
}

void tellChange(Turn& turn, const storage::ProjectRecord& project, std::string_view topic, Id id, json::object data)
{
    turn.made = {id, json::serialize(data), false};
    turn.tell(topic, project.id, id, turn.made.json);
}

namespace {

/// All that a project has of one kind.
template <class Repository, class Show>
Result<void> listOf(Core& core, Call& call, Done done, Show show)
{
    return projects::answer(core, call, done, [&](Connection& connection, const projects::Caller& caller, Id&) -> Result<std::string> {
        const auto standing = projectOf(connection, core, caller, call.arguments, Right::see);
        if (!standing)
            return standing.error();
        json::array data;
        for (const auto& one : Repository::of(connection, standing->project.id))
            data.push_back(show(one));
        const auto count = data.size();
        return projects::listJson(std::move(data), count, 0);
    });
}

/// The one that the argument names, of the project's own.
template <class Repository, class Show>
Result<void> removeOne(Core& core, Call& call, std::string_view operation, const char* argument, const char* topic, Show show, Done done)
{
    return plan(core, call, operation, Right::planIssues,
                [argument, topic, show](Turn& turn, const storage::ProjectRecord& project, const operations::Arguments& args) -> Result<void> {
                    const auto one = ownOf<Repository>(turn.connection, project.id, args, argument);
                    if (!one)
                        return one.error();
                    Repository::remove(turn.connection, one->id);
                    tellChange(turn, project, topic, one->id, show(*one));
                    return {};
                },
                std::move(done));
}

json::object boardLine(const storage::BoardRecord& board) { return {{"id", board.id}, {"name", board.name}}; }

} // namespace

std::string boardJson(Connection& connection, const Core& core, const storage::ProjectRecord& project,
                      const storage::BoardRecord& board)
{
    json::array columns;
    for (const auto& column : BoardRepository::columns(connection, board.id)) {
        json::array cards;
        for (const auto& card : BoardRepository::cards(connection, column.id))
            if (const auto issue = storage::IssueRepository::byId(connection, card.issueId))
                cards.push_back(issueJson(connection, core, project, *issue, false));
        columns.push_back(json::object{{"id", column.id}, {"name", column.name}, {"cards", std::move(cards)}});
    }
    return json::serialize(json::object{{"id", board.id}, {"name", board.name}, {"columns", std::move(columns)}});
}

Result<void> listLabels(Core& core, Call& call, Done done)
{
    return listOf<LabelRepository>(core, call, std::move(done), &labelJson);
}

Result<void> createLabel(Core& core, Call& call, Done done)
{
    return plan(core, call, "labels.create", Right::planIssues,
                [](Turn& turn, const storage::ProjectRecord& project, const operations::Arguments& args) -> Result<void> {
                    const auto name = checkName(args.textOr("name", {}), "/name");
                    if (!name)
                        return name.error();
                    if (auto good = checkColour(args.textOr("colour", {})); !good)
                        return good;
                    if (LabelRepository::byName(turn.connection, project.id, *name))
                        return taken("/name");
                    if (LabelRepository::of(turn.connection, project.id).size() >= maxPerProject)
                        return full();
                    storage::LabelRecord label{.projectId = project.id,
                                               .name = *name,
                                               .colour = std::string(args.textOr("colour", {})),
                                               .description = std::string(args.textOr("description", {}))};
                    label.id = LabelRepository::insert(turn.connection, label);
                    tellChange(turn, project, "label.created", label.id, labelJson(label));
                    return {};
                },
                std::move(done));
}

Result<void> updateLabel(Core& core, Call& call, Done done)
{
    return plan(core, call, "labels.update", Right::planIssues,
                [](Turn& turn, const storage::ProjectRecord& project, const operations::Arguments& args) -> Result<void> {
                    auto label = ownOf<LabelRepository>(turn.connection, project.id, args, "label");
                    if (!label)
                        return label.error();
                    if (const auto text = args.text("name")) {
                        const auto name = checkName(*text, "/name");
                        if (!name)
                            return name.error();
                        if (const auto other = LabelRepository::byName(turn.connection, project.id, *name);
                            other && other->id != label->id)
                            return taken("/name");
                        label->name = *name;
                    }
                    if (auto good = checkColour(args.textOr("colour", {})); !good)
                        return good;
                    label->colour = args.textOr("colour", label->colour);
                    label->description = args.textOr("description", label->description);
                    LabelRepository::update(turn.connection, *label);
                    tellChange(turn, project, "label.updated", label->id, labelJson(*label));
                    return {};
                },
                std::move(done));
}

Result<void> deleteLabel(Core& core, Call& call, Done done)
{
    return removeOne<LabelRepository>(core, call, "labels.delete", "label", "label.deleted", &labelJson, std::move(done));
}

Result<void> listMilestones(Core& core, Call& call, Done done)
{
    return listOf<MilestoneRepository>(core, call, std::move(done), &milestoneJson);
}

Result<void> createMilestone(Core& core, Call& call, Done done)
{
    return plan(core, call, "milestones.create", Right::planIssues,
                [](Turn& turn, const storage::ProjectRecord& project, const operations::Arguments& args) -> Result<void> {
                    const auto title = checkName(args.textOr("title", {}), "/title");
                    if (!title)
                        return title.error();
                    if (MilestoneRepository::byTitle(turn.connection, project.id, *title))
                        return taken("/title");
                    if (MilestoneRepository::of(turn.connection, project.id).size() >= maxPerProject)
                        return full();
                    storage::MilestoneRecord milestone{.projectId = project.id,
                                                       .title = *title,
                                                       .description = std::string(args.textOr("description", {})),
                                                       .dueAt = args.integerOr("due_at", 0)};
                    milestone.id = MilestoneRepository::insert(turn.connection, milestone);
                    tellChange(turn, project, "milestone.created", milestone.id, milestoneJson(milestone));
                    return {};
                },
                std::move(done));
}

Result<void> updateMilestone(Core& core, Call& call, Done done)
{
    return plan(core, call, "milestones.update", Right::planIssues,
                [](Turn& turn, const storage::ProjectRecord& project, const operations::Arguments& args) -> Result<void> {
                    auto milestone = ownOf<MilestoneRepository>(turn.connection, project.id, args, "milestone");
                    if (!milestone)
                        return milestone.error();
                    if (const auto text = args.text("title")) {
                        const auto title = checkName(*text, "/title");
                        if (!title)
                            return title.error();
                        if (const auto other = MilestoneRepository::byTitle(turn.connection, project.id, *title);
                            other && other->id != milestone->id)
                            return taken("/title");
                        milestone->title = *title;
                    }
                    milestone->description = args.textOr("description", milestone->description);
                    milestone->state = args.textOr("state", milestone->state);
                    milestone->dueAt = args.integerOr("due_at", milestone->dueAt);
                    MilestoneRepository::update(turn.connection, *milestone);
                    tellChange(turn, project, "milestone.updated", milestone->id, milestoneJson(*milestone));
                    return {};
                },
                std::move(done));
}

Result<void> deleteMilestone(Core& core, Call& call, Done done)
{
    return removeOne<MilestoneRepository>(core, call, "milestones.delete", "milestone", "milestone.deleted", &milestoneJson, std::move(done));
}

Result<void> listBoards(Core& core, Call& call, Done done)
{
    return listOf<BoardRepository>(core, call, std::move(done), &boardLine);
}

Result<void> createBoard(Core& core, Call& call, Done done)
{
    return plan(core, call, "boards.create", Right::planIssues,
                [](Turn& turn, const storage::ProjectRecord& project, const operations::Arguments& args) -> Result<void> {
                    const auto name = checkName(args.textOr("name", {}), "/name");
                    if (!name)
                        return name.error();
                    if (BoardRepository::byName(turn.connection, project.id, *name))
                        return taken("/name");
                    if (BoardRepository::of(turn.connection, project.id).size() >= maxBoards)
                        return full();
                    const auto columns = args.texts("columns");
                    for (std::size_t i = 0; i < columns.size(); ++i)
                        if (auto good = checkName(columns[i], "/columns/" + std::to_string(i)); !good)
                            return good.error();
                    storage::BoardRecord board{.projectId = project.id, .name = *name};
                    board.id = BoardRepository::insert(turn.connection, board);
                    for (std::size_t i = 0; i < columns.size(); ++i)
                        BoardRepository::insertColumn(turn.connection, {.boardId = board.id,
                                                                        .name = std::string(columns[i]),
                                                                        .place = static_cast<std::int64_t>(i)});
                    turn.made = {board.id, boardJson(turn.connection, turn.core, project, board), false};
                    turn.tell("board.created", project.id, board.id,
                              json::serialize(boardLine(board)));
                    return {};
                },
                std::move(done));
}

Result<void> getBoard(Core& core, Call& call, Done done)
{
    return projects::answer(core, call, done, [&](Connection& connection, const projects::Caller& caller, Id&) -> Result<std::string> {
        const auto standing = projectOf(connection, core, caller, call.arguments, Right::see);
        if (!standing)
            return standing.error();
        const auto board = ownOf<BoardRepository>(connection, standing->project.id, call.arguments, "board");
        if (!board)
            return board.error();
        return boardJson(connection, core, standing->project, *board);
    });
}

Result<void> deleteBoard(Core& core, Call& call, Done done)
{
    return removeOne<BoardRepository>(core, call, "boards.delete", "board", "board.deleted", &boardLine, std::move(done));
}

void rankAnew(Turn& turn, Id columnId)
{
    auto cards = BoardRepository::cards(turn.connection, columnId);
    for (const auto& card : cards)
        BoardRepository::removeCard(turn.connection, card.boardId, card.issueId);
    std::string last;
    for (auto& card : cards) {
        card.rank = last = rankBetween(last, {});
        BoardRepository::putCard(turn.connection, card);
    }
}

namespace {

/// Behind the card named, or before it, or last.
Result<void> place(Turn& turn, const storage::ProjectRecord& project, storage::BoardCardRecord card,
                   const operations::Arguments& args)
{
    // As if it were not there: its neighbours are those that it gets.
    BoardRepository::removeCard(turn.connection, card.boardId, card.issueId);
    std::string low;
    std::string high;
    const auto* const member = args.has("after") ? "after" : args.has("before") ? "before" : nullptr;
    if (member) {
        const auto other = storage::IssueRepository::byNumber(turn.connection, project.id, args.integerOr(member, 0));
        const auto neighbour = other ? BoardRepository::card(turn.connection, card.boardId, other->id) : std::nullopt;
        if (!neighbour || neighbour->columnId != card.columnId)
            return fault(Status::invalid, "unknown_card", "There is no such card in this column.", std::string("/") + member);
        const bool behind = std::string_view(member) == "after";
        low = behind ? neighbour->rank : BoardRepository::rankBefore(turn.connection, card.columnId, neighbour->rank);
        high = behind ? BoardRepository::rankBehind(turn.connection, card.columnId, neighbour->rank) : neighbour->rank;
    } else {
        low = BoardRepository::rankBefore(turn.connection, card.columnId, {});
    }
    card.rank = rankBetween(low, high);
    BoardRepository::putCard(turn.connection, card);
    if (card.rank.size() >= longRank)
        rankAnew(turn, card.columnId);
    return {};
}

} // namespace

Result<void> putCard(Core& core, Call& call, Done done)
{
    return plan(core, call, "boards.put_card", Right::planIssues,
                [](Turn& turn, const storage::ProjectRecord& project, const operations::Arguments& args) -> Result<void> {
                    const auto board = ownOf<BoardRepository>(turn.connection, project.id, args, "board");
                    if (!board)
                        return board.error();
                    const auto issue = issueIn(turn.connection, project.id, args);
                    if (!issue)
                        return issue.error();
                    const auto columns = BoardRepository::columns(turn.connection, board->id);
                    const auto columnId = args.integerOr("column_id", 0);
                    if (std::none_of(columns.begin(), columns.end(), [&](const auto& column) { return column.id == columnId; }))
                        return fault(Status::invalid, "unknown_column", "The board has no such column.", "/column_id");
                    if (args.has("after") && args.has("before"))
                        return fault(Status::invalid, "after_and_before", "Name one of after and before.", "/before");
                    if (!BoardRepository::card(turn.connection, board->id, issue->id) &&
                        BoardRepository::cardCount(turn.connection, board->id) >= maxCards)
                        return full();
                    if (auto good = place(turn, project, {.boardId = board->id, .issueId = issue->id, .columnId = columnId}, args);
                        !good)
                        return good;
                    json::array order;
                    for (const auto& card : BoardRepository::cards(turn.connection, columnId))
                        order.emplace_back(card.number);
                    tellChange(turn, project, "board.card_moved", board->id,
                               {{"board_id", board->id}, {"number", issue->number}, {"column_id", columnId}, {"order", std::move(order)}});
                    return {};
                },
                std::move(done));
}

Result<void> removeCard(Core& core, Call& call, Done done)
{
    return plan(core, call, "boards.remove_card", Right::planIssues,
                [](Turn& turn, const storage::ProjectRecord& project, const operations::Arguments& args) -> Result<void> {
                    const auto board = ownOf<BoardRepository>(turn.connection, project.id, args, "board");
                    if (!board)
                        return board.error();
                    const auto issue = issueIn(turn.connection, project.id, args);
                    if (!issue)
                        return issue.error();
                    if (!BoardRepository::card(turn.connection, board->id, issue->id))
                        return fault(Status::notFound, "card_not_found", "This issue is not on the board.");
                    BoardRepository::removeCard(turn.connection, board->id, issue->id);
                    tellChange(turn, project, "board.card_removed", board->id, {{"board_id", board->id}, {"number", issue->number}});
                    return {};
                },
                std::move(done));
}

} // namespace netbit::services::issues
