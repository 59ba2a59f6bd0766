#include "chats/Build.h"

#include "api/Opening.h"
#include "browse/Handles.h"

#include <atomic>
#include <chrono>
#include <fstream>
#include <unistd.h>

namespace netbit::git {

namespace {

namespace fs = std::filesystem;

constexpr int mostRounds = 5;                        // a chat may change while it is read
constexpr std::chrono::milliseconds atATime{50};     // of a worker
constexpr std::size_t mostPacks = 20;
constexpr const char* daysNote = "netbit-days";

fs::path newMarksFile(const Git& git)
{
    static std::atomic<unsigned> count{0};
    return git.room() / ("marks-" + std::to_string(::getpid()) + '-' + std::to_string(++count));
}

std::size_t packsIn(const fs::path& repository)
{
    std::size_t out = 0;
    std::error_code failed;
    for (const auto& each : fs::directory_iterator(repository / "objects" / "pack", failed))
        out += each.path().extension() == ".pack" ? 1 : 0;
    return out;
}

/// The commit that main names, if it is there; empty: none, or what there is is no repository.
std::string mainOf(const fs::path& path)
{
    const auto found = asResult([&]() -> std::string {
        const auto repository = take(&git_repository_open_bare, path.c_str());
        git_oid id;
        if (git_reference_name_to_id(&id, repository.get(), "refs/heads/main") != 0)
            return {};
        return hexOf(git_commit_id(take(&git_commit_lookup, repository.get(), &id).get()));
    });
    return found ? *found : std::string();
}

/// One that git takes, and that holds nothing.
bool isEmpty(const fs::path& path)
{
    const auto found = asResult([&] { return git_repository_is_empty(take(&git_repository_open_bare, path.c_str()).get()) == 1; });
    return found && *found;
}

Error changing()
{
    return Error(Status::unavailable, "chat_changing", "The chat's past is being changed at the moment; ask again soon.");
}

} // namespace

ChatBuild::ChatBuild(Tools& tools, Principal reader, std::int64_t chat, fs::path folder, Done done)
    : _tools(tools), _reader(std::move(reader)), _chat(chat), _folder(std::move(folder)), _marks(newMarksFile(tools.git)), _done(std::move(done))
{
}

ChatBuild::~ChatBuild()
{
    std::error_code ignored;
    fs::remove(_marks, ignored);
}

void ChatBuild::begin()
{
    const Lock lock(_mutex);
    look();
}

void ChatBuild::kill()
{
    const Lock lock(_mutex);
    _killed = true;
    _process.kill();
}

void ChatBuild::finish(Result<void> result)
{
    if (const auto done = std::exchange(_done, nullptr))
        done(std::move(result));
}

void ChatBuild::later(void (ChatBuild::*step)())
{
    const auto posted = _tools.exec.post([self = shared_from_this(), step] {
        const Lock lock(self->_mutex);
        (self.get()->*step)();
    });
    if (posted)
        return;
    _process.kill();
    finish(Error(Status::unavailable, "too_busy", "The server has too much to do; try again soon."));
}

/// Which days there are. When all of them are commits, that was it: also after a round, in which the chat may have changed.
void ChatBuild::look()
{
    if (!_done)
        return;
    if (_killed)
        return finish(Error(Status::unavailable, "stopping", "The server is about to stop, or to change; ask again soon."));
    OperationCall call;
    call.operation = "chats.days";
    const auto id = std::to_string(_chat);
    call.text("id", id);
    std::optional<Result<std::vector<ChatDay>>> days;
    _tools.operations.call(_reader, call, [&days](const Result<netbit::Done>& told) {
        days.emplace(told ? readDays(told->json) : Result<std::vector<ChatDay>>(told.error()));
    });
    if (!days || !*days)
        return finish(days ? days->error() : Error(Status::internal, "no_answer", "The host did not answer."));
    _days = std::move(**days);
    if (auto prepared = prepare(); !prepared)
        return finish(std::move(prepared));
    if (_same == _days.size() && _commits.size() == _days.size())
        return finish({});
    if (++_rounds > mostRounds)
        return finish(changing());
    import();
}

/// Makes the repository, where there is none that can be gone on with, and finds what of it stays.
Result<void> ChatBuild::prepare()
{
    _commits = readCommits(_folder / daysNote);
    const bool sound = !_commits.empty() && mainOf(_folder) == _commits.back().commit;
    if (!sound)
        _commits.clear();
    _same = sameDays(_commits, _days);
    _rewrites = _same < _commits.size();
    std::error_code failed;
    if (_same > 0 || (_days.empty() && _commits.empty() && isEmpty(_folder)))
        return {};
    // Nothing of it stays: a new one takes its place, and what was said in the old one is gone.
    const auto made = _tools.store.makeBeside("main");
    if (!made)
        return made.error();
    const auto away = _tools.store.room();
    fs::create_directories(_folder.parent_path(), failed);
    std::error_code ignored;
    fs::rename(_folder, away, ignored); // if it is there
    fs::rename(*made, _folder, failed);
    fs::remove_all(away, ignored);
    if (failed)
        fs::remove_all(*made, ignored);
    if (failed)
        return Error(Status::unavailable, "repository_unusable", "The chat's repository cannot be made: " + failed.message() + '.');
    _commits.clear();
    _rewrites = false;
    return {};
}

void ChatBuild::import()
{
    _phase = Phase::importing;
    _at = _same;
    _file = 0;
    _prose = _dayOpen = _ended = _waiting = false;
    _from = 0;
    _goesBack = _days.size() == _same; // the newest days are gone
    // Packs only: what is no longer named leaves a pack when it is packed anew.
    start({"-C", _folder.string(), "-c", "fastimport.unpackLimit=1", "fast-import", "--quiet", "--force", "--done",
           "--export-marks=" + _marks.string()});
    if (_process)
        pump();
}

void ChatBuild::start(std::vector<std::string> arguments)
{
    auto started = _tools.processes.start(_tools.git.job(std::move(arguments)), shared_from_this()); // its first calls wait for the lock
    if (!started)
        return finish(started.error().code == "too_many_processes"
                          ? Error(Status::unavailable, "too_busy", "The server serves as many clones and pushes as it can; try again soon.")
                          : started.error());
    _process = std::move(*started);
    if (_killed)
        _process.kill();
}

void ChatBuild::pump()
{
    if (!_done || _waiting || _phase != Phase::importing)
        return;
    const auto until = _tools.exec.monotonicMs() + atATime.count();
    while (!_ended) {
        if (_tools.exec.monotonicMs() > until)
            return later(&ChatBuild::pump);
        const auto text = next();
        if (!text) {
            _process.kill();
            return finish(text.error());
        }
        const auto state = _process.write(*text);
        if (state != Status::ok) {
            _waiting = state == Status::wouldBlock; // else it has ended, which is told
            return;
        }
    }
    _process.endInput();
}

void ChatBuild::drained()
{
    const Lock lock(_mutex);
    if (std::exchange(_waiting, false))
        pump();
}

Result<std::string> ChatBuild::next()
{
    if (std::exchange(_goesBack, false))
        return "reset refs/heads/main\nfrom " + _commits[_same - 1].commit + "\n\n";
    if (_at == _days.size()) {
        _ended = true;
        return std::string("done\n");
    }
    const auto& day = _days[_at];
    if (!std::exchange(_dayOpen, true))
        return commitHead(day, _at - _same + 1, _at == _same && _same > 0 ? _commits[_same - 1].commit : std::string_view());
    if (_file < day.files.size())
        return nextOfFile();
    ++_at;
    _file = 0;
    _dayOpen = false;
    return std::string("\n");
}

Result<std::string> ChatBuild::nextOfFile()
{
    const auto& day = _days[_at];
    const auto number = std::to_string(_chat);
    const auto from = std::to_string(_from);
    const auto timeOf = [](const std::string& name) { return name + "T00:00:00Z"; };
    const auto ofDay = timeOf(day.files[_file]);
    const auto asOf = timeOf(day.day);
    OperationCall call;
    call.operation = "chats.day_file";
    call.text("id", number);
    call.text("day", ofDay);
    call.text("as_of", asOf);
    call.text("form", _prose ? "md" : "jsonl");
    call.text("from", from);
    auto piece = ask(_tools.operations, _reader, call);
    if (!piece)
        return piece.error();
    const auto text = [&](std::string_view name) {
        const auto* const value = piece->if_contains(name);
        return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
    };
    std::string out = _from == 0 ? fileHead(text("path")) : std::string();
    out += text("text");
    const auto* const more = piece->if_contains("next");
    if (more && more->is_int64()) {
        _from = more->get_int64();
        return out;
    }
    out += fileEnd;
    _from = 0;
    _prose = !_prose;
    if (!_prose)
        ++_file;
    return out;
}

/// Notes which day is which commit.
Result<void> ChatBuild::keep()
{
    _commits.resize(_same);
    for (std::size_t i = _same; i < _days.size(); ++i)
        _commits.push_back({_days[i].day, _days[i].mark, {}});
    std::ifstream in(_marks);
    std::size_t found = 0;
    for (std::string line; std::getline(in, line);) { // ":7 ID"
        const auto space = line.find(' ');
        const auto mark = space == line.npos || line[0] != ':' ? std::nullopt : parseInteger<std::size_t>(std::string_view(line).substr(1, space - 1));
        if (!mark || *mark == 0 || *mark > _days.size() - _same)
            return changing();
        _commits[_same + *mark - 1].commit = line.substr(space + 1);
        ++found;
    }
    if (found != _days.size() - _same)
        return changing();
    return writeCommits(_folder / daysNote, _commits);
}

/// What was rewritten is to be gone from the disk as well.
void ChatBuild::pack()
{
    if (!_rewrites && packsIn(_folder) <= mostPacks)
        return later(&ChatBuild::look);
    _phase = Phase::packing;
    start({"-C", _folder.string(), "repack", "-a", "-d", "-q"});
    if (_process)
        _process.endInput();
}

void ChatBuild::exited(const ProcessEnd& end)
{
    const Lock lock(_mutex);
    _process.close();
    if (!_done)
        return;
    if (_killed)
        return finish(Error(Status::unavailable, "stopping", "The server is about to stop, or to change; ask again soon."));
    if (!end.good() || (_phase == Phase::importing && !_ended)) {
        _tools.log.error("A chat's history could not be written.", {{"chat", std::to_string(_chat)}, {"status", std::to_string(end.status)},
                                                                    {"errors", end.errors.substr(0, 512)}});
        return finish(Error(Status::unavailable, "git_ended", "The chat's history could not be written; ask again soon."));
    }
    if (_phase == Phase::packing)
        return later(&ChatBuild::look);
    if (auto kept = keep(); !kept)
        return finish(std::move(kept));
    pack();
}

} // namespace netbit::git
