// Repositories as a client of the API looks at them, after the real git client has pushed them.

#include "journey/Git.h"

#include <memory>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

namespace netbit::test {

namespace {

class Browse : public OnStage {
protected:
    static void SetUpTestSuite()
    {
        _stage = std::make_unique<Stage>(std::vector<std::string>{"limits.user_reads_per_minute=100000", "limits.user_writes_per_minute=100000",
                                                                  "limits.address_requests_per_minute=100000"});
    }
    void TearDown() override { showLogOnFailure(daemon()); }

    /// A repository of ada's with a working copy "work"; nothing is pushed yet.
    std::string begun(const std::string& name, bool isPublic = false)
    {
        made = makeRepository(daemon(), ada(), name, isPublic);
        git.begin("work", git.url(made.place, &ada()));
        return "/api/git/" + made.place;
    }
    void push(const std::string& what = "--all") const { git.good("work", {"push", "-q", "origin", what}); }
    json::value get(const std::string& target) { return as(ada()).expect(200, "GET", target); }
    /// Commits an object that git itself would not write, and pushes it as a branch.
    void pushRawTree(const std::string& branch, const std::string& bytes)
    {
        writeFile(git.path("tree.bin"), bytes);
        const auto tree = git.good("work", {"hash-object", "--literally", "-t", "tree", "-w", git.path("tree.bin")});
        const auto commit = git.good("work", {"commit-tree", "-m", "raw", tree});
        git.good("work", {"push", "-q", "origin", commit + ":refs/heads/" + branch});
    }
    std::string rawBlobId(const std::string& content)
    {
        writeFile(git.path("blob.bin"), content);
        const auto hex = git.good("work", {"hash-object", "-w", git.path("blob.bin")});
        std::string out;
        for (std::size_t i = 0; i < hex.size(); i += 2)
            out += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
        return out;
    }

    GitClient git{daemon()};
    Repository made;
};

} // namespace

TEST_F(Browse, AnEmptyRepositoryHasNothingInIt)
{
    const auto repository = makeRepository(daemon(), ada(), "void");
    const std::string base = "/api/git/" + repository.place;
    EXPECT_TRUE(listAt(get(base + "/contents"), "/entries").empty());
    EXPECT_TRUE(listAt(get(base + "/commits"), "/data").empty());
    EXPECT_TRUE(listAt(get(base + "/branches"), "/data").empty());
    EXPECT_TRUE(listAt(get(base + "/tags"), "/data").empty());
    EXPECT_TRUE(listAt(get(base + "/languages"), "/languages").empty());
    EXPECT_TRUE(listAt(get(base + "/search?q=x"), "/data").empty());
    EXPECT_TRUE(listAt(get(base + "/pulls"), "/data").empty());
    expectProblem(as(ada()).get(base + "/readme"), 404, "empty_repository");
    expectProblem(as(ada()).get(base + "/archive"), 404, "empty_repository");
}

TEST_F(Browse, WhatWasPushedIsSeen)
{
    const auto base = begun("seen");
    git.commit("work", "code.cpp", "int main()\n{\n    return 42;\n}\n");
    git.commit("work", "README.md", "# Seen\n\nSee [the code](code.cpp).\n");
    const auto head = git.head("work");
    git.good("work", {"tag", "-a", "v1", "-m", "The first"});
    push();
    git.good("work", {"push", "-q", "--tags", "origin"});

    EXPECT_EQ(listAt(get(base + "/contents"), "/entries").size(), 3u);
    const auto file = get(base + "/contents?path=code.cpp&ref=v1");
    EXPECT_EQ(textAt(file, "/content"), "int main()\n{\n    return 42;\n}\n");
    EXPECT_EQ(textAt(file, "/commit/id"), head);
    EXPECT_EQ(listAt(get(base + "/commits"), "/data").size(), 3u);
    EXPECT_EQ(listAt(get(base + "/commits?path=code.cpp"), "/data").size(), 1u);
    EXPECT_EQ(textAt(get(base + "/commits/" + head), "/files/0/path"), "README.md");
    EXPECT_EQ(textAt(get(base + "/branches"), "/data/0/name"), "main");
    EXPECT_TRUE(truthAt(get(base + "/branches"), "/data/0/is_default"));
    EXPECT_EQ(textAt(get(base + "/tags"), "/data/0/annotation/message"), "The first\n");
    EXPECT_EQ(integerAt(get(base + "/blame?path=code.cpp"), "/lines"), 4);
    EXPECT_EQ(textAt(get(base + "/readme"), "/html"),
              "<h1>Seen</h1>\n<p>See <a href=\"" + base + "/contents?path=code.cpp\">the code</a>.</p>\n");
    EXPECT_EQ(textAt(get(base + "/languages"), "/languages/0/name"), "C++");
    EXPECT_EQ(integerAt(get(base + "/search?q=RETURN"), "/data/0/line"), 3);
    EXPECT_EQ(integerAt(get(base + "/compare?base=" + head + "&head=main"), "/ahead"), 0);
    const auto why = get(base + "/why?path=code.cpp&line=3");
    EXPECT_EQ(textAt(why, "/commit/subject"), "Change code.cpp");
}

TEST_F(Browse, ComparingTellsTheCommitsOfTheHeadAloneAlsoWhereTheBaseWasMergedIntoIt)
{
    const auto base = begun("compared");
    git.commit("work", "f", "1\n");
    git.good("work", {"checkout", "-q", "-b", "topic"});
    git.commit("work", "t", "1\n");
    git.good("work", {"checkout", "-q", "main"});
    git.commit("work", "m", "1\n");
    git.commit("work", "m", "2\n");
    git.good("work", {"checkout", "-q", "topic"});
    git.good("work", {"merge", "-q", "-m", "Merged", "main"});
    push();
    const auto out = get(base + "/compare?base=main&head=topic");
    EXPECT_EQ(integerAt(out, "/ahead"), 2);
    ASSERT_EQ(listAt(out, "/commits").size(), 2u);
    EXPECT_EQ(textAt(out, "/commits/0/subject"), "Merged");
    EXPECT_EQ(textAt(out, "/commits/1/subject"), "Change t");
}

TEST_F(Browse, PagesOfHistoryAreTheWholeHistoryOnceWhileOthersPush)
{
    const auto base = begun("history");
    for (int i = 0; i < 30; ++i)
        git.commit("work", "f", std::to_string(i));
    push();
    std::vector<std::string> seen;
    for (std::string target = base + "/commits?limit=7"; !target.empty();) {
        const auto reply = as(ada()).get(target);
        ASSERT_EQ(reply.status, 200) << reply.body;
        const auto page = reply.document();
        for (const auto& commit : listAt(page, "/data"))
            seen.push_back(textAt(commit, "/id"));
        const auto link = reply.header("link");
        target = link.empty() ? "" : link.substr(1, link.find('>') - 1);
        git.commit("work", "g", std::to_string(seen.size()));
        push();
    }
    EXPECT_EQ(seen.size(), 31u);
    EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 31u);
}

TEST_F(Browse, TagsAnswerForWhatHasNotChanged)
{
    const auto base = begun("tagged");
    push();
    const auto first = as(ada()).get(base + "/contents");
    const auto tag = first.header("etag");
    ASSERT_FALSE(tag.empty());
    EXPECT_EQ(as(ada()).get(base + "/contents", {{"If-None-Match", tag}}).status, 304);
    git.commit("work", "more", "x");
    push();
    const auto second = as(ada()).get(base + "/contents", {{"If-None-Match", tag}});
    EXPECT_EQ(second.status, 200);
    EXPECT_NE(second.header("etag"), tag);
}

TEST_F(Browse, RawFilesComeInPartsAndRunNowhere)
{
    const auto base = begun("raw");
    git.commit("work", "page.html", "<script>alert(1)</script>");
    git.commit("work", "big.bin", randomBytes(2 << 20, 5));
    push();
    const auto page = as(ada()).get(base + "/raw?path=page.html");
    EXPECT_EQ(page.body, "<script>alert(1)</script>");
    EXPECT_EQ(page.header("content-type"), "text/plain; charset=utf-8");
    EXPECT_EQ(page.header("content-disposition"), "attachment; filename=\"page.html\"");
    EXPECT_EQ(page.header("content-security-policy"), "default-src 'none'; sandbox");
    EXPECT_EQ(page.header("x-content-type-options"), "nosniff");
    const auto all = randomBytes(2 << 20, 5);
    EXPECT_TRUE(as(ada()).get(base + "/raw?path=big.bin").body == all);
    const auto part = as(ada()).get(base + "/raw?path=big.bin", {{"Range", "bytes=1000000-1000099"}});
    EXPECT_EQ(part.status, 206);
    EXPECT_TRUE(part.body == all.substr(1'000'000, 100));
    EXPECT_EQ(as(ada()).get(base + "/raw?path=big.bin", {{"If-None-Match", part.header("etag")}}).status, 304);
}

TEST_F(Browse, ArchivesUnpackToWhatWasCommitted)
{
    const auto base = begun("packed");
    git.commit("work", "a.txt", "hello");
    git.commit("work", "noise.bin", randomBytes(3 << 20, 9));
    const auto head = git.head("work");
    push();
    for (const std::string format : {"tar.gz", "zip"}) {
        const auto reply = as(ada()).get(base + "/archive?format=" + format);
        ASSERT_EQ(reply.status, 200);
        EXPECT_TRUE(reply.chunked) << "it is sent while it is made";
        writeFile(git.path("a." + format), reply.body);
        const auto into = git.path("out-" + format);
        ASSERT_EQ(mkdir(into.c_str(), 0700), 0);
        const auto unpacked = format == "zip"
            ? runProgram({"/usr/bin/python3", "-m", "zipfile", "-e", git.path("a.zip"), into})
            : runProgram({"/usr/bin/tar", "-xzf", git.path("a.tar.gz"), "-C", into});
        ASSERT_EQ(unpacked.exitCode, 0) << unpacked.err;
        const auto folder = into + "/packed-" + head.substr(0, 12);
        EXPECT_EQ(readFile(folder + "/a.txt"), "hello");
        EXPECT_TRUE(readFile(folder + "/noise.bin") == randomBytes(3 << 20, 9));
    }
    expectProblem(as(ada()).get(base + "/archive?format=rar"), 422, "invalid_parameter");
}

TEST_F(Browse, WhoDoesNotReadAnArchiveHoldsUpNobody)
{
    const auto base = begun("slow");
    for (int i = 0; i < 8; ++i)
        git.commit("work", "noise" + std::to_string(i), randomBytes(2 << 20, static_cast<unsigned>(100 + i)));
    push();
    // More of them than there are threads, or than may read at once.
    std::vector<std::unique_ptr<RawHttp>> readers;
    const Deadline deadline;
    while (readers.size() < 12) {
        auto reader = std::make_unique<RawHttp>(Socket::tcp(daemon().http()));
        reader->send("GET " + base + "/archive?format=zip HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + ada().token + "\r\n\r\n");
        if (const auto status = reader->readHead().status; status == 200)
            readers.push_back(std::move(reader));
        else
            ASSERT_TRUE(status == 503 && !deadline.over()) << status << ": those before are still being begun";
    }
    const auto again = [&](const std::string& target) { // as many are read at once as may be, for moments
        auto reply = as(ada()).get(target);
        while (reply.status == 503 && !deadline.over())
            reply = as(ada()).get(target);
        EXPECT_EQ(reply.status, 200) << reply.body;
        return reply;
    };
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(listAt(again(base + "/contents").document(), "/entries").size(), 9u);
    const auto whole = again(base + "/archive?format=zip");
    EXPECT_GT(whole.body.size(), std::size_t{16} << 20);
    for (std::size_t i = 0; i < 10; ++i)
        readers[i].reset(); // goes away in the middle
    for (std::size_t i = 10; i < readers.size(); ++i) {
        // The same bytes, in chunks, at last.
        std::string out;
        for (;;) {
            const auto line = readers[i]->takeText("\r\n");
            const auto size = std::stoul(line, nullptr, 16);
            if (size == 0)
                break;
            std::string piece;
            while (piece.size() < size + 2)
                piece += readers[i]->takeText("\n");
            out += piece.substr(0, size);
            ASSERT_EQ(piece.size(), size + 2);
        }
        EXPECT_TRUE(out == whole.body);
    }
}

TEST_F(Browse, NamesOfAnyBytesAreAskedForAndGiven)
{
    const auto base = begun("bytes");
    git.commit("work", "\xFF\xFE name", "odd");
    push();
    const auto entries = listAt(get(base + "/contents"), "/entries");
    std::string twin;
    for (const auto& entry : entries)
        if (has(entry, "/path_base64"))
            twin = textAt(entry, "/path_base64");
    ASSERT_EQ(twin, "//4gbmFtZQ==");
    EXPECT_EQ(textAt(get(base + "/contents?path_base64=__4gbmFtZQ"), "/content"), "odd");
    EXPECT_EQ(as(ada()).get(base + "/raw?path_base64=__4gbmFtZQ").body, "odd");
    expectProblem(as(ada()).get(base + "/contents?path_base64=!!"), 422, "invalid_parameter");
    expectProblem(as(ada()).get(base + "/contents?path=%FF%FE"), 400);
}

TEST_F(Browse, OthersSeeWhatIsPublicOnly)
{
    const auto hidden = begun("hidden");
    push();
    for (const std::string target : {"/contents", "/raw?path=readme.txt", "/commits", "/branches", "/archive", "/why?line=1", "/pulls"}) {
        expectProblem(as(eve()).get(hidden + target), 404, "repository_not_found");
        expectProblem(daemon().client().get(hidden + target), 404, "repository_not_found");
    }
    const auto shown = makeRepository(daemon(), ada(), "shown", true);
    git.good("work", {"push", "-q", git.url(shown.place, &ada()), "main"});
    EXPECT_EQ(listAt(daemon().client().expect(200, "GET", "/api/git/" + shown.place + "/contents"), "/entries").size(), 1u);
    as(ada()).expect(200, "PATCH", "/api/repos/shown", R"({"name":"renamed"})");
    const auto moved = daemon().client().get("/api/git/ada/shown/contents?path=readme.txt");
    EXPECT_EQ(moved.status, 301);
    EXPECT_EQ(moved.header("location"), "/api/git/ada/renamed/contents?path=readme.txt");
}

TEST_F(Browse, PathsAndRevisionsLeadNowhereElse)
{
    const auto base = begun("attacked");
    symlink("/etc/passwd", (git.path("work") + "/link").c_str());
    git.good("work", {"add", "link"});
    git.good("work", {"commit", "-q", "-m", "link"});
    push();
    const auto link = get(base + "/contents?path=link");
    EXPECT_EQ(textAt(link, "/type"), "symlink");
    EXPECT_EQ(textAt(link, "/target"), "/etc/passwd");
    EXPECT_EQ(as(ada()).get(base + "/raw?path=link").body, "/etc/passwd") << "where it leads, not what is there";
    for (const std::string path : {"..", "../config", "..%2f..%2fnetbit.db", "%2e%2e/HEAD", "a/../../HEAD", ".git/config", "config", "HEAD",
                                   "objects", "link/passwd", "readme.txt/x", "%5c..%5cHEAD", "--help", "-rf"}) {
        for (const std::string route : {"/contents?path=", "/raw?path=", "/blame?path=", "/readme?path="})
            expectProblem(as(ada()).get(base + route + path), 404);
        EXPECT_TRUE(listAt(get(base + "/commits?path=" + path), "/data").empty()) << path;
    }
    for (const std::string ref : {"HEAD", "main~1", "main%5e", "main@%7b0%7d", "@%7b-1%7d", ":/x", "main:readme.txt", "../main", "refs/../config",
                                  "--upload-pack=x", "-h", "main..main", "%0amain", "0000000000000000000000000000000000000000"})
        for (const std::string route : {"/contents?ref=", "/raw?path=readme.txt&ref=", "/commits?ref=", "/archive?ref=", "/languages?ref="})
            expectProblem(as(ada()).get(base + route + ref), 404, "revision_not_found");
    for (const std::string commit : {"HEAD", "main%5e", "..", "%2e%2e%2fconfig"})
        EXPECT_EQ(as(ada()).get(base + "/commits/" + commit).status, 404) << commit;
    for (const std::string query : {"/commits?cursor=x", "/commits?limit=0", "/commits?limit=201", "/commits?since=yesterday", "/search?q=", "/search?q=a%0ab",
                                    "/blame?path=readme.txt&first=0", "/blame?path=readme.txt&first=9", "/contents?path=a&path_base64=YQ", "/why?path=readme.txt&line=0",
                                    "/contents?unknown=1", "/search?q=x&case=maybe"})
        expectProblem(as(ada()).get(base + query), 422);
    // A cursor names a commit, and none of another repository.
    expectProblem(as(ada()).get(base + "/commits?cursor=1234567890123456789012345678901234567890.0"), 404, "revision_not_found");
}

TEST_F(Browse, HostileTreesHurtNobody)
{
    const auto base = begun("hostile");
    push();
    const auto blob = rawBlobId("evil");
    const auto entry = [&](const std::string& name) { return "100644 " + name + '\0' + blob; };
    // Names that lead elsewhere do not even come in.
    for (const std::string name : {"../../slipped", "..", ".git", ".GIT", ""}) {
        writeFile(git.path("tree.bin"), entry(name));
        const auto tree = git.good("work", {"hash-object", "--literally", "-t", "tree", "-w", git.path("tree.bin")});
        const auto commit = git.good("work", {"commit-tree", "-m", "raw", tree});
        EXPECT_NE(git.run("work", {"push", "-q", "origin", commit + ":refs/heads/slip"}).exitCode, 0) << name;
    }
    expectProblem(as(ada()).get(base + "/archive?ref=slip"), 404, "revision_not_found");

    // A tree of very many, and trees in trees that would unfold without an end in sight.
    std::string many;
    for (int i = 100'000; i < 160'000; ++i)
        many += entry("f" + std::to_string(i));
    pushRawTree("many", many);
    const auto page = get(base + "/contents?ref=many&limit=200");
    EXPECT_EQ(listAt(page, "/entries").size(), 200u);
    EXPECT_EQ(integerAt(page, "/entry_count"), 60'000);
    EXPECT_LE(listAt(get(base + "/commits/many"), "/files").size(), 300u);

    std::string level = entry("x");
    for (int depth = 0; depth < 12; ++depth) { // ten of each in the next: 10^12 files
        writeFile(git.path("level.bin"), level);
        const auto hex = git.good("work", {"hash-object", "--literally", "-t", "tree", "-w", git.path("level.bin")});
        std::string id;
        for (std::size_t i = 0; i < hex.size(); i += 2)
            id += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
        level.clear();
        for (int i = 0; i < 10; ++i)
            level += "40000 d" + std::to_string(i) + '\0' + id;
    }
    pushRawTree("bomb", level);
    EXPECT_FALSE(truthAt(get(base + "/languages?ref=bomb"), "/complete"));
    EXPECT_EQ(as(ada()).get(base + "/search?q=evil&ref=bomb&limit=1").status, 200);
    expectProblem(as(ada()).get(base + "/archive?ref=bomb"), 503, "took_too_long");
    EXPECT_EQ(daemon().client().get("/readyz").status, 200);
}

} // namespace netbit::test
