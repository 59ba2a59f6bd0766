#include "storage/Writer.h"
#include "storage/tests/Temporary.h"

#include <condition_variable>
#include <gmock/gmock.h>
#include <mutex>
#include <thread>

namespace netbit::storage::test
{

namespace
{

using base::Result;
using base::Status;
using ::testing::ElementsAre;

// What happened, in order, and a way to wait for it.
class Journal
{
public:
    void add(std::string what)
    {
        {
            std::lock_guard lock(_mutex); // _lines
            _lines.push_back(std::move(what));
        }
        _changed.notify_all();
    }

    void waitFor(std::size_t lines)
    {
        std::unique_lock lock(_mutex); // _lines
        if (!_changed.wait_for(lock, std::chrono::seconds(30), [&] { return _lines.size() >= lines; }))
            ADD_FAILURE() << "only " << _lines.size() << " of " << lines << " lines came";
    }

    std::vector<std::string> lines() const
    {
        std::lock_guard lock(_mutex); // _lines
        return _lines;
    }

private:
    mutable std::mutex _mutex;
    std::condition_variable _changed;
    std::vector<std::string> _lines;
};

std::string nameOf(const Result<void>& result) { return result ? "ok" : result.error().code; }

struct TestJob : Job {
    using Apply = std::function<Result<void>(Connection&)>;

    TestJob(Journal& to, std::string named, Apply work)
        : journal(to)
        , name(std::move(named))
        , apply_(std::move(work))
    {
    }

    Result<void> apply(Connection& connection) override { return apply_(connection); }
    void publish() override { journal.add("publish " + name); }
    void complete(const Result<void>& result) override { journal.add("complete " + name + " " + nameOf(result)); }

    Journal& journal;
    std::string name;
    Apply apply_;
};

class WriterTest : public ::testing::Test
{
protected:
    WriterTest() { database->writing().execute("CREATE TABLE t (id INTEGER PRIMARY KEY, value BLOB)"); }

    static TestJob::Apply inserting(std::int64_t id)
    {
        return [id](Connection& connection) -> Result<void> {
            connection.prepare("INSERT INTO t (id) VALUES ($1)").bind(1, id).run();
            return {};
        };
    }

    void submit(Writer& writer, std::string name, TestJob::Apply apply)
    {
        std::unique_ptr<Job> job = std::make_unique<TestJob>(journal, std::move(name), std::move(apply));
        ASSERT_TRUE(writer.submit(job));
        ASSERT_FALSE(job);
    }

    std::vector<std::int64_t> ids()
    {
        std::vector<std::int64_t> found;
        database->read([&](Connection& reader) {
            auto& select = reader.prepare("SELECT id FROM t ORDER BY id");
            while (select.step())
                found.push_back(select.integer(0));
        });
        return found;
    }

    Directory directory;
    std::unique_ptr<Database> database = open(directory.file("a.db"));
    Journal journal;
};

} // namespace

TEST_F(WriterTest, TakesAllThatWaitsAsOneTransactionInOrder)
{
    Writer writer(*database, {});
    for (int i = 1; i <= 3; ++i)
        submit(writer, std::to_string(i), inserting(i));
    EXPECT_EQ(writer.queued(), 3u);
    writer.start();
    journal.waitFor(6);
    EXPECT_THAT(journal.lines(),
                ElementsAre("publish 1", "publish 2", "publish 3", "complete 1 ok", "complete 2 ok", "complete 3 ok"));
    EXPECT_EQ(writer.counts().jobs, 3u);
    EXPECT_EQ(writer.counts().commits, 1u);
    EXPECT_EQ(writer.counts().failures, 0u);
    EXPECT_EQ(writer.queued(), 0u);
    EXPECT_THAT(ids(), ElementsAre(1, 2, 3));
}

TEST_F(WriterTest, MakesNoBatchLargerThanItsLimit)
{
    Writer writer(*database, {.maxBatch = 4});
    for (int i = 1; i <= 10; ++i)
        submit(writer, std::to_string(i), inserting(i));
    writer.start();
    writer.stop();
    EXPECT_EQ(writer.counts().commits, 3u);
    EXPECT_EQ(journal.lines()[4], "complete 1 ok") << "the first batch is answered before the second begins";
}

TEST_F(WriterTest, PublishesAfterTheCommit)
{
    struct Looking final : TestJob {
        using TestJob::TestJob;
        void publish() override { seen = look(); }
        std::function<std::size_t()> look;
        std::size_t seen = 0;
        void complete(const Result<void>&) override { journal.add("seen " + std::to_string(seen)); }
    };
    auto looking = std::make_unique<Looking>(journal, "look", inserting(1));
    looking->look = [this] { return ids().size(); };
    std::unique_ptr<Job> job = std::move(looking);
    Writer writer(*database, {});
    writer.start();
    ASSERT_TRUE(writer.submit(job));
    writer.stop();
    EXPECT_THAT(journal.lines(), ElementsAre("seen 1")) << "another connection sees the row when publish() runs";
}

TEST_F(WriterTest, AJobThatReturnsAnErrorFailsAloneAndLeavesNothing)
{
    Writer writer(*database, {});
    int applied = 0;
    submit(writer, "1", inserting(1));
    submit(writer, "bad", [&](Connection& connection) -> Result<void> {
        ++applied;
        static_cast<void>(inserting(2)(connection));
        return base::fault(Status::invalid, "no_good", "");
    });
    submit(writer, "3", inserting(3));
    writer.start();
    writer.stop();
    EXPECT_THAT(journal.lines(),
                ElementsAre("publish 1", "publish 3", "complete 1 ok", "complete bad no_good", "complete 3 ok"));
    EXPECT_THAT(ids(), ElementsAre(1, 3));
    EXPECT_EQ(applied, 1) << "it is not tried again";
    EXPECT_EQ(writer.counts().commits, 1u);
    EXPECT_EQ(writer.counts().failures, 1u);
    EXPECT_TRUE(writer.healthy());
}

TEST_F(WriterTest, AJobThatRefusesBeforeWritingCostsTheOthersNothing)
{
    Writer writer(*database, {});
    int applied = 0;
    submit(writer, "1", [&](Connection& connection) {
        ++applied;
        return inserting(1)(connection);
    });
    submit(writer, "bad", [](Connection&) -> Result<void> { return base::fault(Status::forbidden, "forbidden", ""); });
    submit(writer, "same", inserting(1));
    writer.start();
    writer.stop();
    EXPECT_THAT(journal.lines(),
                ElementsAre("publish 1", "complete 1 ok", "complete bad forbidden", "complete same conflict"));
    EXPECT_EQ(applied, 1) << "nothing had to be undone";
}

TEST_F(WriterTest, HoweverManyJobsFailNoneIsAppliedMoreThanTwice)
{
    Writer writer(*database, {});
    std::vector<int> applied(100);
    for (std::size_t i = 0; i < applied.size(); ++i)
        submit(writer, std::to_string(i), [&applied, i](Connection& connection) -> Result<void> {
            ++applied[i];
            static_cast<void>(inserting(static_cast<std::int64_t>(i))(connection));
            if (i % 3 == 1)
                throw std::runtime_error("a bug");
            if (i % 3 == 2)
                return base::fault(Status::invalid, "no_good", "");
            return {};
        });
    writer.start();
    writer.stop();
    for (const int times : applied)
        EXPECT_LE(times, 2);
    const auto stored = ids();
    EXPECT_EQ(stored.size(), 34u);
    for (const auto id : stored)
        EXPECT_EQ(id % 3, 0);
    EXPECT_EQ(writer.counts().failures, 66u);
    EXPECT_EQ(writer.counts().commits, 1u);
}

TEST_F(WriterTest, ExceptionsOutOfApplyBecomeErrorsWithoutTheirWords)
{
    Writer writer(*database, {});
    writer.start();
    const auto thrown = writer.run([](Connection&) -> Result<void> { throw std::runtime_error("secret"); });
    EXPECT_EQ(thrown.status(), Status::internal);
    EXPECT_EQ(thrown.error().detail.find("secret"), std::string::npos);
    const auto number = writer.run([](Connection&) -> Result<void> { throw 5; });
    EXPECT_EQ(number.status(), Status::internal);
    const auto sql = writer.run([](Connection& connection) -> Result<void> {
        connection.execute("SELEKT");
        return {};
    });
    EXPECT_EQ(sql.status(), Status::internal);
    const auto memory = writer.run([](Connection&) -> Result<void> { throw std::bad_alloc(); });
    EXPECT_EQ(memory.status(), Status::unavailable);
    EXPECT_TRUE(writer.run(inserting(1)));
}

TEST_F(WriterTest, ExceptionsOutOfPublishAndCompleteAreCountedAndGoNoFurther)
{
    struct Throwing final : TestJob {
        using TestJob::TestJob;
        void publish() override { throw std::runtime_error("publish"); }
        void complete(const Result<void>& result) override
        {
            TestJob::complete(result);
            throw 7;
        }
    };
    Writer writer(*database, {});
    std::unique_ptr<Job> job = std::make_unique<Throwing>(journal, "bad", inserting(1));
    ASSERT_TRUE(writer.submit(job));
    submit(writer, "good", inserting(2));
    writer.start();
    writer.stop();
    EXPECT_THAT(journal.lines(), ElementsAre("publish good", "complete bad ok", "complete good ok"));
    EXPECT_EQ(writer.counts().bugs, 2u);
}

TEST_F(WriterTest, AFullDiskFailsTheJobsTellsItAndRecovers)
{
    const auto limitTo = [](const std::string& pages) {
        return [pages](Connection& connection) -> Result<void> {
            connection.prepare("PRAGMA max_page_count = " + pages).step();
            return {};
        };
    };
    const auto big = [](std::int64_t id) {
        return [id](Connection& connection) -> Result<void> {
            connection.prepare("INSERT INTO t (id, value) VALUES ($1, zeroblob(200000))").bind(1, id).run();
            return {};
        };
    };
    Writer writer(*database, {});
    writer.start();
    ASSERT_TRUE(writer.run(limitTo("20")));
    ASSERT_TRUE(writer.run(inserting(1)));
    const auto full = writer.run(big(2));
    EXPECT_EQ(full.status(), Status::storageFull);
    EXPECT_EQ(full.error().code, "storage_full");
    EXPECT_FALSE(writer.healthy());
    EXPECT_THAT(ids(), ElementsAre(1)) << "reading goes on";

    ASSERT_TRUE(writer.run(inserting(3))) << "what still fits is written";
    EXPECT_TRUE(writer.healthy());
    EXPECT_EQ(writer.run(big(4)).status(), Status::storageFull);
    ASSERT_TRUE(writer.run(limitTo("1000000")));
    EXPECT_TRUE(writer.run(big(4)));
    EXPECT_TRUE(writer.healthy());
    EXPECT_THAT(ids(), ElementsAre(1, 3, 4));
}

TEST_F(WriterTest, AJobTooBigForTheDiskDoesNotTakeItsBatchWithIt)
{
    database->writing().prepare("PRAGMA max_page_count = 20").step();
    Writer writer(*database, {});
    submit(writer, "1", inserting(1));
    submit(writer, "big", [](Connection& connection) -> Result<void> {
        connection.prepare("INSERT INTO t (id, value) VALUES (2, zeroblob(200000))").run();
        return {};
    });
    submit(writer, "3", inserting(3));
    writer.start();
    writer.stop();
    EXPECT_THAT(journal.lines(),
                ElementsAre("publish 1", "publish 3", "complete 1 ok", "complete big storage_full", "complete 3 ok"));
    EXPECT_THAT(ids(), ElementsAre(1, 3));
    EXPECT_TRUE(writer.healthy());
}

TEST_F(WriterTest, AJobThatHidesALostTransactionIsNotAcknowledged)
{
    database->writing().prepare("PRAGMA max_page_count = 20").step();
    Writer writer(*database, {});
    submit(writer, "1", inserting(1));
    submit(writer, "hiding", [](Connection& connection) -> Result<void> {
        try {
            connection.prepare("INSERT INTO t (id, value) VALUES (2, zeroblob(200000))").run();
        } catch (const DatabaseError&) {
        }
        return {}; // as if nothing had happened, but the engine has rolled back by now
    });
    submit(writer, "3", inserting(3));
    writer.start();
    writer.stop();
    EXPECT_THAT(
        journal.lines(),
        ElementsAre("publish 1", "publish 3", "complete 1 ok", "complete hiding storage_unavailable", "complete 3 ok"));
    EXPECT_THAT(ids(), ElementsAre(1, 3));
}

namespace
{

// A database whose commit and begin fail when told to, as a disk does.
class Failing final : public Database
{
public:
    explicit Failing(Database& real)
        : _real(real)
    {
    }
    void read(const std::function<void(Connection&)>& work) override { _real.read(work); }
    Connection& writing() override { return _real.writing(); }
    void begin() override
    {
        if (beginFails)
            throw DatabaseError(Status::unavailable, "database is locked");
        _real.begin();
    }
    void commit() override
    {
        if (commitFails != Status::ok)
            throw DatabaseError(commitFails, "disk I/O error");
        _real.commit();
    }
    void rollback() noexcept override { _real.rollback(); }
    bool inTransaction() const noexcept override { return _real.inTransaction(); }
    std::string_view engine() const noexcept override { return _real.engine(); }

    std::atomic<Status> commitFails{Status::ok};
    std::atomic<bool> beginFails{false};

private:
    Database& _real;
};

} // namespace

TEST_F(WriterTest, AFailedCommitAcknowledgesNobodyAndPublishesNothing)
{
    Failing failing(*database);
    Writer writer(failing, {});
    failing.commitFails = Status::storageFull;
    submit(writer, "1", inserting(1));
    submit(writer, "2", inserting(2));
    writer.start();
    journal.waitFor(2);
    EXPECT_THAT(journal.lines(), ElementsAre("complete 1 storage_full", "complete 2 storage_full"));
    EXPECT_FALSE(writer.healthy());
    EXPECT_TRUE(ids().empty());
    EXPECT_EQ(writer.counts().commits, 0u);

    failing.commitFails = Status::unavailable;
    EXPECT_EQ(writer.run(inserting(1)).status(), Status::unavailable);
    failing.commitFails = Status::ok;
    failing.beginFails = true;
    EXPECT_EQ(writer.run(inserting(1)).status(), Status::unavailable);
    EXPECT_FALSE(writer.healthy());
    failing.beginFails = false;
    EXPECT_TRUE(writer.run(inserting(1)));
    EXPECT_TRUE(writer.healthy());
    EXPECT_THAT(ids(), ElementsAre(1));
}

TEST_F(WriterTest, ARestrictionEndsWithItsJob)
{
    Writer writer(*database, {});
    submit(writer, "plugin", [](Connection& connection) -> Result<void> {
        connection.restrictTo("p_x_");
        connection.execute("INSERT INTO t VALUES (1, NULL)");
        return {};
    });
    submit(writer, "host", inserting(2));
    writer.start();
    writer.stop();
    EXPECT_THAT(journal.lines(), ElementsAre("publish host", "complete plugin internal", "complete host ok"));
}

TEST_F(WriterTest, RefusesOverItsQueueAndLeavesTheJobUntouched)
{
    Writer writer(*database, {.maxQueued = 2});
    submit(writer, "1", inserting(1));
    submit(writer, "2", inserting(2));
    std::unique_ptr<Job> third = std::make_unique<TestJob>(journal, "3", inserting(3));
    EXPECT_FALSE(writer.submit(third));
    EXPECT_TRUE(third);
    writer.start();
    journal.waitFor(4);
    EXPECT_TRUE(writer.submit(third)) << "there is room again";
    writer.stop();
    EXPECT_THAT(ids(), ElementsAre(1, 2, 3));
}

TEST_F(WriterTest, StopFinishesWhatItTookAndRefusesMore)
{
    Writer writer(*database, {.maxBatch = 10});
    writer.start();
    for (int i = 1; i <= 500; ++i)
        submit(writer, std::to_string(i), inserting(i));
    writer.stop();
    EXPECT_EQ(ids().size(), 500u);
    EXPECT_EQ(writer.queued(), 0u);
    std::unique_ptr<Job> late = std::make_unique<TestJob>(journal, "late", inserting(501));
    EXPECT_FALSE(writer.submit(late));
    EXPECT_EQ(writer.run(inserting(502)).error().code, "writer_busy");
    writer.stop();
}

TEST_F(WriterTest, ThatNeverStartedStillFinishesWhatItTook)
{
    {
        Writer writer(*database, {});
        submit(writer, "1", inserting(1));
    }
    EXPECT_THAT(journal.lines(), ElementsAre("publish 1", "complete 1 ok"));
    EXPECT_THAT(ids(), ElementsAre(1));
}

TEST_F(WriterTest, RunsAFunctionAndWaitsForItsEnd)
{
    Writer writer(*database, {});
    EXPECT_TRUE(writer.run(inserting(1))) << "before the start, in this thread";
    writer.start();
    bool published = false;
    EXPECT_TRUE(writer.run(inserting(2), [&] { published = true; }));
    EXPECT_TRUE(published);
    const auto refused = writer.run([](Connection&) -> Result<void> { return base::fault(Status::invalid, "no", ""); });
    EXPECT_EQ(refused.error().code, "no");
    EXPECT_EQ(writer.run(inserting(2)).status(), Status::conflict);
    EXPECT_EQ(writer.run([&](Connection&) { return writer.run(inserting(9)); }).status(), Status::internal)
        << "on the writer's own thread it would wait for itself";
    EXPECT_THAT(ids(), ElementsAre(1, 2));
}

TEST_F(WriterTest, AJobMaySubmitTheNext)
{
    struct Chain final : TestJob {
        Chain(Journal& to, Writer& by, int left)
            : TestJob(to, std::to_string(left), inserting(left))
            , writer(by)
            , remaining(left)
        {
        }
        void complete(const Result<void>& result) override
        {
            if (remaining > 1) {
                std::unique_ptr<Job> next = std::make_unique<Chain>(journal, writer, remaining - 1);
                EXPECT_TRUE(writer.submit(next));
            }
            TestJob::complete(result);
        }
        Writer& writer;
        int remaining;
    };
    Writer writer(*database, {});
    writer.start();
    std::unique_ptr<Job> job = std::make_unique<Chain>(journal, writer, 20);
    ASSERT_TRUE(writer.submit(job));
    journal.waitFor(40);
    writer.stop();
    EXPECT_EQ(ids().size(), 20u);
}

TEST_F(WriterTest, BatchesWhatManyThreadsWaitFor)
{
    Writer writer(*database, {});
    writer.start();
    std::atomic<std::int64_t> next{1};
    std::vector<std::thread> threads;
    for (int i = 0; i < 16; ++i)
        threads.emplace_back([&] {
            for (int n = 0; n < 50; ++n)
                EXPECT_TRUE(writer.run(inserting(next++)));
        });
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(ids().size(), 800u);
    EXPECT_EQ(writer.counts().jobs, 800u);
    EXPECT_LT(writer.counts().commits, 700u) << "16 threads that wait at once share commits";
}

TEST_F(WriterTest, KeepsTheOrderOfEachSubmitter)
{
    Writer writer(*database, {.maxBatch = 7});
    writer.start();
    std::vector<std::thread> threads;
    for (std::int64_t t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            for (std::int64_t n = 0; n < 200; ++n)
                submit(writer, std::to_string(t) + " " + std::to_string(n), inserting(t * 1000 + n));
        });
    for (auto& thread : threads)
        thread.join();
    writer.stop();
    std::vector<int> nextOf(4);
    for (const auto& line : journal.lines()) {
        int t = 0, n = 0;
        if (std::sscanf(line.c_str(), "publish %d %d", &t, &n) == 2) {
            EXPECT_EQ(n, nextOf[static_cast<std::size_t>(t)]++);
        }
    }
    EXPECT_THAT(nextOf, ElementsAre(200, 200, 200, 200));
}

} // namespace netbit::storage::test
