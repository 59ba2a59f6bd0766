// Files as their owners and readers see them.

#include "journey/Uploading.h"
#include "support/TcpClient.h"

namespace netbit::test {

namespace {

class Files : public OnStage {
protected:
    static HttpReply get(const User& user, std::int64_t file, std::string_view rest = {}, const Headers& headers = {})
    {
        return as(user).get(filePath(file, rest), headers);
    }
    static Uploaded put(const User& user, std::string_view bytes, std::string_view query = "?name=a.bin")
    {
        return upload(daemon(), user, bytes, query);
    }
    static std::int64_t group(std::initializer_list<User> others = {bob()}) { return makeChat(daemon(), ada(), "group", others); }
    static void drop(const User& user, std::int64_t chat, std::int64_t message)
    {
        as(user).expect(204, "DELETE", messagesOf(chat) + "/" + std::to_string(message));
    }
};

std::string bytesOf(std::size_t count)
{
    std::string out;
    for (std::size_t i = 0; i < count; ++i)
        out += static_cast<char>(i * 7 + i / 256);
    return out;
}

} // namespace

TEST_F(Files, WhatWasUploadedComesBackByteByByte)
{
    const auto bytes = bytesOf(300'000);
    const auto file = put(ada(), bytes, "?name=some%20data.bin");
    EXPECT_EQ(textAt(file.info, "/name"), "some data.bin");
    EXPECT_EQ(integerAt(file.info, "/size"), 300'000);
    EXPECT_EQ(integerAt(file.info, "/owner_id"), ada().id);
    EXPECT_EQ(textAt(file.info, "/media_type"), "application/octet-stream");
    EXPECT_EQ(textAt(file.info, "/sha256").size(), 64u);
    EXPECT_EQ(as(ada()).expect(200, "GET", filePath(file.id, "/info")), file.info);
    const auto reply = get(ada(), file.id);
    ASSERT_EQ(reply.status, 200);
    EXPECT_TRUE(reply.body == bytes);
    EXPECT_FALSE(reply.chunked) << "the length is known";
    EXPECT_EQ(reply.header("content-disposition"), "attachment; filename=\"some data.bin\"");
    EXPECT_EQ(reply.header("content-security-policy"), "default-src 'none'; sandbox");
    EXPECT_EQ(reply.header("x-content-type-options"), "nosniff");
    const auto empty = put(ada(), "", "?name=empty");
    EXPECT_EQ(get(ada(), empty.id).body, "");
    EXPECT_EQ(get(ada(), empty.id).status, 200);
}

TEST_F(Files, AChunkedBodyWithoutALengthIsTakenAsWell)
{
    RawHttp http(Socket::tcp(daemon().http()));
    http.send("POST /api/files?name=c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n"
              "Authorization: Bearer " + ada().token + "\r\n\r\n");
    EXPECT_EQ(http.read().status, 100) << "the body is wanted";
    http.send("5\r\nhello\r\n1;x=y\r\n \r\n");
    http.send("5\r\nworld\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto made = http.read();
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(http.read().status, 200) << "the next request of the connection is answered behind it";
    EXPECT_EQ(get(ada(), integerAt(made.document(), "/id")).body, "hello world");

    RawHttp broken(Socket::tcp(daemon().http()));
    broken.send("POST /api/files HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nAuthorization: Bearer " + ada().token +
                "\r\n\r\n5\r\nhello\r\nnot a size\r\n");
    EXPECT_EQ(broken.read().status, 400);
    EXPECT_TRUE(broken.endsHere());
}

TEST_F(Files, PartsAreAnsweredAsRfc9110Says)
{
    const auto bytes = bytesOf(1'000);
    const auto file = put(ada(), bytes);
    const auto whole = get(ada(), file.id);
    const auto tag = whole.header("etag");
    EXPECT_EQ(whole.header("accept-ranges"), "bytes");
    struct Case {
        std::string range;
        std::size_t first, length;
    };
    for (const auto& [range, first, length] :
         {Case{"bytes=0-0", 0, 1}, Case{"bytes=10-19", 10, 10}, Case{"bytes=990-", 990, 10}, Case{"bytes=-7", 993, 7},
          Case{"bytes=5-99999", 5, 995}, Case{"bytes=-5000", 0, 1000}}) {
        SCOPED_TRACE(range);
        const auto part = get(ada(), file.id, {}, {{"Range", range}});
        EXPECT_EQ(part.status, 206);
        EXPECT_EQ(part.body, bytes.substr(first, length));
        EXPECT_EQ(part.header("content-range"),
                  "bytes " + std::to_string(first) + '-' + std::to_string(first + length - 1) + "/1000");
    }
    for (const std::string range : {"bytes=1000-", "bytes=5000-6000", "bytes=-0"}) {
        const auto none = get(ada(), file.id, {}, {{"Range", range}});
        EXPECT_EQ(none.status, 416) << range;
        EXPECT_EQ(none.header("content-range"), "bytes */1000");
    }
    for (const std::string range : {"bytes=9-5", "bytes=a-b", "lines=1-2", "bytes=0-1,5-6", "bytes=", "bytes=--1"})
        EXPECT_EQ(get(ada(), file.id, {}, {{"Range", range}}).status, 200) << range << ": all of it";
    EXPECT_EQ(get(ada(), file.id, {}, {{"Range", "bytes=0-0"}, {"If-Range", tag}}).status, 206);
    EXPECT_EQ(get(ada(), file.id, {}, {{"Range", "bytes=0-0"}, {"If-Range", "\"other\""}}).status, 200);
    EXPECT_EQ(get(ada(), file.id, {}, {{"Range", "bytes=0-0"}, {"If-Range", "W/" + tag}}).status, 200);
    const auto known = get(ada(), file.id, {}, {{"If-None-Match", tag}, {"Range", "bytes=0-0"}});
    EXPECT_EQ(known.status, 304);
    EXPECT_EQ(known.body, "");

    RawHttp head(Socket::tcp(daemon().http()));
    head.send("HEAD " + filePath(file.id) + " HTTP/1.1\r\nHost: a\r\nRange: bytes=0-1\r\nAuthorization: Bearer " +
              ada().token + "\r\n\r\n");
    const auto told = head.read(true);
    EXPECT_EQ(told.status, 200);
    EXPECT_EQ(told.header("content-length"), "1000");
    EXPECT_EQ(told.header("etag"), tag);
}

TEST_F(Files, WhoMayReadAMessageMayReadItsFiles)
{
    const auto chat = group();
    const auto file = put(ada(), "for the group");
    expectProblem(get(bob(), file.id), 404, "file_not_found");
    const auto message = sendFiles(daemon(), ada(), chat, {file.id});
    for (const std::string_view rest : {"", "/info"}) {
        EXPECT_EQ(get(bob(), file.id, rest).status, 200);
        expectProblem(get(eve(), file.id, rest), 404, "file_not_found");
        expectProblem(get(root(), file.id, rest), 404, "file_not_found");
    }
    expectProblem(as(bob()).request("DELETE", filePath(file.id)), 404, "file_not_found");
    expectProblem(as(ada()).request("DELETE", filePath(file.id)), 409, "file_attached");

    as(bob()).expect(204, "POST", "/api/chats/" + std::to_string(chat) + "/leave", "{}");
    expectProblem(get(bob(), file.id), 404, "file_not_found");
    EXPECT_EQ(get(ada(), file.id).status, 200);

    drop(ada(), chat, integerAt(message, "/id"));
    expectProblem(get(ada(), file.id), 404, "file_not_found");
    const auto tombstone = as(ada()).expect(200, "GET", messagesOf(chat) + "/" + std::to_string(integerAt(message, "/id")));
    EXPECT_FALSE(has(tombstone, "/attachments"));
}

TEST_F(Files, AGuestReadsWhatIsInHisChatsAlone)
{
    const auto guest = makeUser(daemon(), "guest");
    as(root()).expect(200, "PATCH", "/api/admin/users/" + std::to_string(guest.id), R"({"role":"guest"})");
    const auto in = group({guest});
    const auto open = integerAt(
        as(ada()).expect(201, "POST", "/api/chats", R"({"name":"open","chat_type":"channel","visibility":"public"})"),
        "/id");
    const auto mine = put(ada(), "for the guest");
    const auto theirs = put(ada(), "for members");
    sendFiles(daemon(), ada(), in, {mine.id});
    sendFiles(daemon(), ada(), open, {theirs.id});
    EXPECT_EQ(get(guest, mine.id).status, 200);
    expectProblem(get(guest, theirs.id), 404, "file_not_found");
}

TEST_F(Files, AFileGoesWithItsLastMessage)
{
    const auto one = group();
    const auto two = group({eve()});
    const auto file = put(ada(), "in two chats");
    const auto first = sendFiles(daemon(), ada(), one, {file.id});
    const auto second = sendFiles(daemon(), ada(), two, {file.id});
    drop(ada(), one, integerAt(first, "/id"));
    expectProblem(get(bob(), file.id), 404, "file_not_found");
    EXPECT_EQ(get(eve(), file.id).status, 200);
    drop(ada(), two, integerAt(second, "/id"));
    expectProblem(get(ada(), file.id), 404, "file_not_found");
}

TEST_F(Files, MessagesShowTheirFilesOnEveryWay)
{
    const auto chat = group();
    TcpClient listener(daemon().tcp(), bob().token);
    ASSERT_TRUE(truthAt(listener.ask(R"({"packet_type":"Subscribe"})"), "/success"));
    const auto a = put(ada(), "%PDF-1.4\n%\xE2\xE3\xCF\xD3\n1 0 obj\n<<>>\nendobj\n", "?name=report.pdf");
    const auto b = put(ada(), "plain words, line by line\n", "?name=notes.txt");
    EXPECT_EQ(textAt(a.info, "/media_type"), "application/pdf");
    EXPECT_EQ(textAt(b.info, "/media_type"), "text/plain");
    const auto message = sendFiles(daemon(), ada(), chat, {a.id, b.id}, "read these");
    EXPECT_EQ(textAt(message, "/message_type"), "file");
    EXPECT_EQ(integerAt(message, "/attachments/0/id"), a.id);
    EXPECT_EQ(textAt(message, "/attachments/0/name"), "report.pdf");
    EXPECT_EQ(textAt(message, "/attachments/1/media_type"), "text/plain");
    EXPECT_EQ(integerAt(message, "/attachments/1/size"), 26);
    EXPECT_FALSE(has(message, "/attachments/0/width"));
    EXPECT_EQ(at(as(bob()).expect(200, "GET", messagesOf(chat)), "/data/0"), message);
    for (;;) {
        const auto packet = listener.read();
        if (!has(packet, "/event/topic") || textAt(packet, "/event/topic") != "message.created" ||
            integerAt(packet, "/event/data/chat_id") != chat)
            continue;
        EXPECT_EQ(at(packet, "/event/data/attachments"), at(message, "/attachments"));
        break;
    }

    const auto c = put(ada(), "by TCP");
    TcpClient tcp(daemon().tcp(), ada().token);
    const auto ack = tcp.ask(R"({"packet_type":"SendMessage","message":{"chat_id":)" + std::to_string(chat) +
                             R"(,"attachments":[)" + std::to_string(c.id) + "]}}");
    ASSERT_TRUE(truthAt(ack, "/success")) << json::serialize(ack);
    EXPECT_EQ(get(bob(), c.id).body, "by TCP");

    const auto found = [&](std::string_view query) {
        return listAt(as(bob()).expect(200, "GET", "/api/search?q=" + std::string(query)), "/data").size();
    };
    const auto in = "in%3A" + std::to_string(chat);
    EXPECT_EQ(found("has%3Afile%20" + in), 2u);
    EXPECT_EQ(found("has%3Aimage%20" + in), 0u);
    EXPECT_EQ(found("has%3Afile%20these%20" + in), 1u);
}

TEST_F(Files, AMessageTakesOnlyItsSendersFilesAndEachOnce)
{
    const auto chat = group();
    const auto mine = put(ada(), "mine");
    const auto theirs = put(bob(), "theirs");
    const auto send = [&](std::string_view files, std::string_view rest = {}) {
        return as(ada()).post(messagesOf(chat), "{\"attachments\":[" + std::string(files) + "]" + std::string(rest) + "}");
    };
    const auto own = std::to_string(mine.id);
    for (const std::string& files :
         {std::to_string(theirs.id), own + "," + std::to_string(theirs.id), own + "," + own, std::string("999999")}) {
        const auto reply = send(files);
        expectProblem(reply, 422, "unknown_file");
        EXPECT_TRUE(textAt(reply.document(), "/errors/0/pointer").starts_with("/attachments/")) << reply.body;
    }
    expectProblem(send("\"1\""), 422);
    expectProblem(send("0"), 422);
    std::string many = own;
    for (int i = 0; i < 20; ++i)
        many += ",1";
    expectProblem(send(many), 422);
    expectProblem(send(""), 422, "missing_member");
    EXPECT_EQ(listAt(as(ada()).expect(200, "GET", messagesOf(chat)), "/data").size(), 0u) << "nothing was changed";
    EXPECT_EQ(send(own, R"(,"content":"")").status, 201);

    const Headers key{{"Idempotency-Key", "once"}};
    const auto body = "{\"attachments\":[" + own + "]}";
    const auto first = as(ada()).post(messagesOf(chat), body, key);
    const auto again = as(ada()).post(messagesOf(chat), body, key);
    EXPECT_EQ(integerAt(first.document(), "/id"), integerAt(again.document(), "/id"));
    const auto other = put(ada(), "another");
    expectProblem(as(ada()).post(messagesOf(chat), "{\"attachments\":[" + std::to_string(other.id) + "]}", key), 422,
                  "idempotency_key_reused");
}

TEST_F(Files, NamesAreForPeopleAndNeverPaths)
{
    struct Case {
        std::string sent, kept;
    };
    for (const auto& [sent, kept] :
         {Case{"..%2F..%2Fetc%2Fpasswd", "passwd"}, Case{"C%3A%5Cboot.ini", "boot.ini"},
          Case{"ab%0D%0AX%3A1%1B.txt", "abX:1.txt"}, Case{"..", "file"}, Case{"", "file"},
          Case{"%E2%80%AEgpj.exe", "gpj.exe"}, Case{"%2E%2E%2F", "file"}, Case{"na%C3%AFve.txt", "naïve.txt"}}) {
        const auto file = put(ada(), "named", "?name=" + sent);
        EXPECT_EQ(textAt(file.info, "/name"), kept) << sent;
        const auto shown = get(ada(), file.id).header("content-disposition");
        EXPECT_TRUE(shown.starts_with("attachment; filename=\"")) << shown;
    }
    for (const std::string sent : {"a%00b", "%FF%FEx"})
        EXPECT_EQ(tryUpload(daemon(), ada(), "x", "?name=" + sent).status, 400) << "no text at all: " << sent;
    const auto longName = put(ada(), "x", "?name=" + std::string(3'000, 'n') + ".tar.gz");
    EXPECT_EQ(textAt(longName.info, "/name").size(), 255u);
    EXPECT_TRUE(textAt(longName.info, "/name").ends_with(".gz"));
    const auto inField = tryUpload(daemon(), ada(), "x", "",
                                   {{"Content-Disposition", "attachment; filename*=UTF-8''%2Ftmp%2Fna%C3%AFve.txt"}});
    EXPECT_EQ(textAt(inField.document(), "/name"), "naïve.txt");
    for (const std::string id : {"0", "-1", "x", "1x", "..", "%2e%2e%2fnetbit.db", "99999999999999999999"})
        EXPECT_EQ(as(ada()).get("/api/files/" + id).status, 404) << id;
    for (const auto& path : filesBelow(daemon().data() + "/files"))
        EXPECT_EQ(path.substr(path.rfind('/') + 1).size(), 64u) << path;
}

TEST_F(Files, PagesAndScriptsAreBytesToABrowser)
{
    const auto script = "<script>alert(document.cookie)</script>";
    const std::vector<std::pair<std::string, std::string>> cases{
        {"page.html", std::string("<!DOCTYPE html><html><body>") + script + "</body></html>"},
        {"drawing.svg", std::string("<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\">") + script + "</svg>"},
        {"photo.png", std::string("<html><body>") + script + "</body></html>"},
        {"x.xhtml", std::string("<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\">") + script + "</html>"},
        {"feed.xml", "<?xml version=\"1.0\"?><?xml-stylesheet href=\"x.xsl\"?><a/>"},
        {"code.js", "function f() { alert(1) }"},
    };
    for (const auto& [name, bytes] : cases) {
        const auto sent = tryUpload(daemon(), ada(), bytes, "?name=" + name, {{"Content-Type", "text/html"}});
        ASSERT_EQ(sent.status, 201) << sent.body;
        const auto reply = get(ada(), integerAt(sent.document(), "/id"));
        const auto type = reply.header("content-type");
        EXPECT_TRUE(type == "application/octet-stream" || type == "text/plain; charset=utf-8") << name << ": " << type;
        EXPECT_TRUE(reply.header("content-disposition").starts_with("attachment;")) << name;
        EXPECT_EQ(reply.header("content-security-policy"), "default-src 'none'; sandbox");
        EXPECT_EQ(reply.header("x-content-type-options"), "nosniff");
        EXPECT_TRUE(reply.body == bytes);
    }
    expectProblem(tryUpload(daemon(), ada(), "--x\r\n\r\n--x--", "", {{"Content-Type", "multipart/form-data; boundary=x"}}), 415);
}

TEST_F(Files, TheSameBytesAreStoredOnce)
{
    const auto before = filesBelow(daemon().data() + "/files").size();
    const auto bytes = bytesOf(70'001);
    const auto one = put(ada(), bytes, "?name=one");
    const auto two = put(bob(), bytes, "?name=two");
    EXPECT_NE(one.id, two.id);
    EXPECT_EQ(filesBelow(daemon().data() + "/files").size(), before + 1);
    as(ada()).expect(204, "DELETE", filePath(one.id));
    expectProblem(get(ada(), one.id), 404, "file_not_found");
    EXPECT_TRUE(get(bob(), two.id).body == bytes) << "his are still there";
}

TEST_F(Files, AnUploadIsMadeOnceForAKey)
{
    const Headers key{{"Idempotency-Key", "upload-1"}};
    const auto first = tryUpload(daemon(), ada(), "the same", "?name=k", key);
    const auto again = tryUpload(daemon(), ada(), "the same", "?name=k", key);
    ASSERT_EQ(first.status, 201) << first.body;
    EXPECT_EQ(again.status, 200);
    EXPECT_EQ(again.header("idempotency-replayed"), "true");
    EXPECT_EQ(first.body, again.body);
    expectProblem(tryUpload(daemon(), ada(), "others", "?name=k", key), 422, "idempotency_key_reused");
}

TEST_F(Files, OnesFilesAreListedWithWhatTheyTake)
{
    const auto carl = makeUser(daemon(), "carl");
    std::vector<std::int64_t> ids;
    for (int i = 0; i < 5; ++i)
        ids.push_back(put(carl, std::string(static_cast<std::size_t>(i) + 1, 'x'), "?name=n" + std::to_string(i)).id);
    const auto first = as(carl).get("/api/files?limit=3");
    const auto page = first.document();
    EXPECT_EQ(integerAt(page, "/data/0/id"), ids[4]);
    EXPECT_EQ(integerAt(page, "/usage/used_bytes"), 15);
    EXPECT_EQ(integerAt(page, "/pagination/next_before"), ids[2]);
    EXPECT_NE(first.header("link").find("before=" + std::to_string(ids[2])), std::string::npos);
    const auto rest = as(carl).expect(200, "GET", "/api/files?limit=3&before=" + std::to_string(ids[2]));
    EXPECT_EQ(listAt(rest, "/data").size(), 2u);
    EXPECT_TRUE(at(rest, "/pagination/next_before").is_null());
    as(carl).expect(204, "DELETE", filePath(ids[4]));
    EXPECT_EQ(integerAt(as(carl).expect(200, "GET", "/api/files"), "/usage/used_bytes"), 10);
}

TEST_F(Files, AnAccountsFilesAreExportedAndErasedWithIt)
{
    const auto dora = makeUser(daemon(), "dora");
    const auto chat = makeChat(daemon(), dora, "group", {bob()});
    const auto kept = put(dora, "sent to bob", "?name=sent");
    const auto own = put(dora, "for herself", "?name=kept");
    sendFiles(daemon(), dora, chat, {kept.id});
    const auto exported = as(dora).expect(200, "GET", "/api/user/export");
    EXPECT_EQ(integerAt(exported, "/files/0/id"), kept.id);
    EXPECT_EQ(textAt(exported, "/files/1/path"), filePath(own.id));
    as(dora).expect(204, "DELETE", "/api/user", json::serialize(json::object{{"password", password}}));
    EXPECT_EQ(get(bob(), kept.id).body, "sent to bob");
    auto left = daemon().client(bob().token).expect(200, "GET", filePath(kept.id, "/info"));
    EXPECT_EQ(integerAt(left, "/owner_id"), dora.id);
    expectProblem(get(bob(), own.id), 404, "file_not_found");
}

} // namespace netbit::test
