// RFC 9112 to the letter: what is malformed is refused, once, and the connection ends before anything behind it is read.

#include "journey/Stage.h"

#include <algorithm>

namespace netbit::test {

namespace {

class HttpStrict : public OnStage {};

struct Bad {
    const char* name;
    std::string request;
    std::vector<int> statuses{400};
};

const std::string host = "Host: localhost\r\n";
const std::string end = "\r\n";
const std::string smuggled = "GET /healthz HTTP/1.1\r\nHost: smuggled\r\n\r\n";

std::string get(const std::string& fields) { return "GET /healthz HTTP/1.1\r\n" + host + fields + end; }

std::string target(const std::string& text) { return "GET " + text + " HTTP/1.1\r\n" + host + end; }

/// A POST that any caller may send, so that its body is read.
std::string post(const std::string& fields, const std::string& body)
{
    return "POST /api/auth/refresh HTTP/1.1\r\n" + host + "Content-Type: application/json\r\n" + fields + end + body;
}

std::string chunked(const std::string& body) { return post("Transfer-Encoding: chunked\r\n", body); }

std::string byte(char c) { return std::string(1, c); }

std::vector<Bad> badLengths()
{
    const std::string two = "{}";
    return {
        {"two different lengths", post("Content-Length: 2\r\nContent-Length: 3\r\n", two)},
        {"the same length twice", post("Content-Length: 2\r\nContent-Length: 2\r\n", two)},
        {"a list of lengths", post("Content-Length: 2, 2\r\n", two)},
        {"a list of different lengths", post("Content-Length: 2, 3\r\n", two)},
        {"negative", post("Content-Length: -2\r\n", two)},
        {"with a plus sign", post("Content-Length: +2\r\n", two)},
        {"hexadecimal", post("Content-Length: 0x2\r\n", two)},
        {"with letters", post("Content-Length: 2a\r\n", two)},
        {"with a space inside", post("Content-Length: 2 2\r\n", two)},
        {"with a point", post("Content-Length: 2.0\r\n", two)},
        {"an exponent", post("Content-Length: 1e1\r\n", two)},
        {"quoted", post("Content-Length: \"2\"\r\n", two)},
        {"empty", post("Content-Length:\r\n", two)},
        {"over 2^63", post("Content-Length: 9223372036854775808\r\n", two)},
        {"over 2^64", post("Content-Length: 18446744073709551618\r\n", two)},
        {"over 2^64 with a good remainder", post("Content-Length: 36893488147419103234\r\n", two)},
        {"in Arabic digits", post("Content-Length: \xD9\xA2\r\n", two)},
        {"larger than allowed", post("Content-Length: 999999999\r\n", two), {413}},
        {"malformed on a GET", get("Content-Length: x\r\n")},
        {"underscored name twice is no length, but two are", post("Content-Length: 2\r\ncontent-LENGTH: 2\r\n", two)},
    };
}

std::vector<Bad> badCodings()
{
    const std::string none = "0\r\n\r\n";
    const std::string te = "Transfer-Encoding: ";
    return {
        {"coding and length", post(te + "chunked\r\nContent-Length: 5\r\n", none)},
        {"length and coding", post("Content-Length: 5\r\n" + te + "chunked\r\n", none)},
        {"coding and length 0", post("Content-Length: 0\r\n" + te + "chunked\r\n", none)},
        {"in HTTP/1.0", "POST /api/auth/refresh HTTP/1.0\r\n" + te + "chunked\r\n\r\n" + none},
        {"unknown", post(te + "xchunked\r\n", none), {400, 501}},
        {"identity", post(te + "identity\r\n", none), {400, 501}},
        {"gzip alone", post(te + "gzip\r\n", none), {400, 501}},
        {"gzip, chunked", post(te + "gzip, chunked\r\n", none), {501}},
        {"chunked, gzip", post(te + "chunked, gzip\r\n", none)},
        {"chunked twice in a list", post(te + "chunked, chunked\r\n", none)},
        {"chunked twice", post(te + "chunked\r\n" + te + "chunked\r\n", none)},
        {"chunked, then identity", post(te + "chunked\r\n" + te + "identity\r\n", none)},
        {"identity, then chunked", post(te + "identity\r\n" + te + "chunked\r\n", none)},
        {"empty", post(te + "\r\n", none)},
        {"quoted", post(te + "\"chunked\"\r\n", none)},
        {"chunked with a comma", post(te + "chunked,\r\n", none)},
        {"a comma before", post(te + ",chunked\r\n", none), {400, 501}},
        {"chunked with a parameter", post(te + "chunked;x=1\r\n", none), {400, 501}},
        {"a vertical tab before", post(te + "\x0b" "chunked\r\n", none)},
        {"a NUL behind", post(te + "chunked" + byte('\0') + "\r\n", none)},
        {"a folded value", post("Transfer-Encoding:\r\n chunked\r\n", none)},
        {"a space before the colon", post("Transfer-Encoding : chunked\r\n", none)},
        {"on a GET with a length", get(te + "chunked\r\nContent-Length: 0\r\n") + none},
    };
}

std::vector<Bad> badChunks()
{
    return {
        {"no size", chunked("\r\n{}\r\n0\r\n\r\n")},
        {"a size that is no number", chunked("x\r\n{}\r\n0\r\n\r\n")},
        {"a negative size", chunked("-2\r\n{}\r\n0\r\n\r\n")},
        {"a plus sign", chunked("+2\r\n{}\r\n0\r\n\r\n")},
        {"0x", chunked("0x2\r\n{}\r\n0\r\n\r\n")},
        {"an underscore", chunked("0_2\r\n{}\r\n0\r\n\r\n")},
        {"a space before", chunked(" 2\r\n{}\r\n0\r\n\r\n")},
        {"a space behind", chunked("2 \r\n{}\r\n0\r\n\r\n")},
        {"a tab behind", chunked("2\t\r\n{}\r\n0\r\n\r\n")},
        {"over 2^64", chunked("10000000000000002\r\n{}\r\n0\r\n\r\n")},
        {"over 2^63", chunked("8000000000000002\r\n{}\r\n0\r\n\r\n"), {400, 413}},
        {"larger than allowed", chunked("fffffff\r\n{}"), {413}},
        {"shorter than it says", chunked("3\r\n{}\r\n0\r\n\r\n")},
        {"longer than it says", chunked("1\r\n{}\r\n0\r\n\r\n")},
        {"no CRLF behind the data", chunked("2\r\n{}0\r\n\r\n")},
        {"LF alone behind the size", chunked("2\n{}\r\n0\r\n\r\n")},
        {"LF alone behind the data", chunked("2\r\n{}\n0\r\n\r\n")},
        {"CR alone behind the size", chunked("2\r{}\r\n0\r\n\r\n")},
        {"CR alone behind the data", chunked("2\r\n{}\r0\r\n\r\n")},
        {"LF alone at the end", chunked("2\r\n{}\r\n0\r\n\n")},
        {"an extension without a name", chunked("2;\r\n{}\r\n0\r\n\r\n")},
        {"an extension that is no token", chunked("2;a b\r\n{}\r\n0\r\n\r\n")},
        {"an extension without its value", chunked("2;a=\r\n{}\r\n0\r\n\r\n")},
        {"an extension with an open quote", chunked("2;a=\"b\r\n{}\r\n0\r\n\r\n")},
        {"an extension with a bare LF", chunked("2;a\n{}\r\n0\r\n\r\n")},
        {"an extension with a bare CR", chunked("2;a\rb\r\n{}\r\n0\r\n\r\n")},
        {"an extension with a NUL", chunked("2;a" + byte('\0') + "\r\n{}\r\n0\r\n\r\n")},
        {"an extension that is over long", chunked("2;" + std::string(10'000, 'a') + "\r\n{}\r\n0\r\n\r\n"), {400, 431}},
        {"an extension without an end", chunked("2;" + std::string(100'000, 'a')), {400, 413, 431}},
        {"a size of zeros without an end", chunked(std::string(100'000, '0')), {400, 413, 431}},
        {"a malformed trailer", chunked("2\r\n{}\r\n0\r\nno colon\r\n\r\n")},
        {"a trailer with a space before the colon", chunked("2\r\n{}\r\n0\r\na : b\r\n\r\n")},
        {"a folded trailer", chunked("2\r\n{}\r\n0\r\na: b\r\n c\r\n\r\n")},
        {"a trailer with a control character", chunked("2\r\n{}\r\n0\r\na: \x01\r\n\r\n")},
        {"trailers over long", chunked("2\r\n{}\r\n0\r\na: " + std::string(100'000, 'b') + "\r\n\r\n"), {400, 431}},
    };
}

std::vector<Bad> badHosts()
{
    const auto with = [](const std::string& value) { return "GET /healthz HTTP/1.1\r\nHost: " + value + "\r\n\r\n"; };
    return {
        {"none", "GET /healthz HTTP/1.1\r\n\r\n"},
        {"none, with other fields", "GET /healthz HTTP/1.1\r\nAccept: */*\r\n\r\n"},
        {"two different", get("Host: other\r\n")},
        {"two equal", get(host)},
        {"two in HTTP/1.0", "GET /healthz HTTP/1.0\r\n" + host + host + end},
        {"empty name", with(":80")},
        {"a space", with("a b")},
        {"a list", with("a, b")},
        {"a slash", with("a/b")},
        {"user information", with("user@a")},
        {"a query", with("a?b")},
        {"a fragment", with("a#b")},
        {"a port that is no number", with("a:b")},
        {"a port over 65535", with("a:65536")},
        {"a negative port", with("a:-1")},
        {"two ports", with("a:80:80")},
        {"an open bracket", with("[::1")},
        {"something behind the bracket", with("[::1]x")},
        {"a bad escape", with("a%zz")},
        {"a NUL", with("a" + byte('\0') + "b")},
        {"a backslash", with("a\\b")},
        {"in absolute form: malformed", "GET http://a b/healthz HTTP/1.1\r\n" + host + end},
        {"in absolute form: user information", "GET http://u@localhost/healthz HTTP/1.1\r\n" + host + end},
        {"in absolute form: none in the head", "GET http://localhost/healthz HTTP/1.1\r\n\r\n"},
    };
}

std::vector<Bad> badFields()
{
    return {
        {"a bare CR in a value", get("A: b\rc\r\n")},
        {"a bare CR before a field", get("\rA: b\r\n")},
        {"a bare CR as a line's end", "GET /healthz HTTP/1.1\r" + host + end},
        {"a bare LF as a line's end", "GET /healthz HTTP/1.1\n" + host + end},
        {"a bare LF behind a field", get("A: b\nC: d\r\n")},
        {"LF LF as the end of the head", "GET /healthz HTTP/1.1\r\nHost: a\n\n"},
        {"CR CR LF", get("A: b\r\r\n")},
        {"a folded line", get("A: b\r\n c\r\n")},
        {"a folded line with a tab", get("A: b\r\n\tc\r\n")},
        {"a fold as the first field", "GET /healthz HTTP/1.1\r\n " + host + end},
        {"a fold of blanks", get("A: b\r\n \r\n")},
        {"a space before the colon", get("A : b\r\n")},
        {"a tab before the colon", get("A\t: b\r\n")},
        {"a space in the name", get("A B: c\r\n")},
        {"no name", get(": b\r\n")},
        {"no colon", get("A\r\n")},
        {"a NUL in the name", get("A" + byte('\0') + ": b\r\n")},
        {"a NUL in the value", get("A: b" + byte('\0') + "\r\n")},
        {"a control character in the name", get("A\x01: b\r\n")},
        {"a control character in the value", get("A: \x01\r\n")},
        {"DEL in the value", get("A: \x7f\r\n")},
        {"an escape character in the value", get("A: \x1b[0m\r\n")},
        {"a form feed in the value", get("A: \x0c\r\n")},
        {"brackets in the name", get("A[b]: c\r\n")},
        {"a non-ASCII name", get("\xC3\xA4: c\r\n")},
        {"quotes in the name", get("\"A\": c\r\n")},
        {"too many", get([] {
             std::string fields;
             for (int i = 0; i < 200; ++i)
                 fields += "A" + std::to_string(i) + ": b\r\n";
             return fields;
         }()), {431}},
        {"too long", get("A: " + std::string(20'000, 'b') + "\r\n"), {431}},
        {"too long and without an end", "GET /healthz HTTP/1.1\r\nA: " + std::string(40'000, 'b'), {431}},
        {"an unknown expectation", get("Expect: a-miracle\r\n"), {417}},
        {"a malformed Connection", get("Connection: a b\r\n")},
    };
}

std::vector<Bad> badRequestLines()
{
    const auto line = [](const std::string& text) { return text + "\r\n" + host + end; };
    std::vector<Bad> bad{
        {"two spaces before the target", line("GET  /healthz HTTP/1.1")},
        {"two spaces before the version", line("GET /healthz  HTTP/1.1")},
        {"a space behind the version", line("GET /healthz HTTP/1.1 ")},
        {"a space before the method", line(" GET /healthz HTTP/1.1")},
        {"a tab", line("GET\t/healthz HTTP/1.1")},
        {"a tab before the version", line("GET /healthz\tHTTP/1.1")},
        {"a vertical tab", line("GET\x0b/healthz HTTP/1.1")},
        {"no target", line("GET HTTP/1.1")},
        {"no version (HTTP/0.9)", line("GET /healthz")},
        {"a method alone", line("GET")},
        {"a method that is no token", line("G@T /healthz HTTP/1.1")},
        {"a method in brackets", line("(GET) /healthz HTTP/1.1")},
        {"a method with a control character", line("G\x01T /healthz HTTP/1.1")},
        {"a method with a NUL", line("G" + byte('\0') + "T /healthz HTTP/1.1")},
        {"a non-ASCII method", line("G\xC3\x89T /healthz HTTP/1.1")},
        {"a method over long", line(std::string(5'000, 'G') + " /healthz HTTP/1.1"), {400, 414, 501}},
        {"an empty method", line(" /healthz HTTP/1.1")},
        {"HTTP/2.0", line("GET /healthz HTTP/2.0"), {505}},
        {"HTTP/1.2", line("GET /healthz HTTP/1.2"), {400, 505}},
        {"HTTP/0.9", line("GET /healthz HTTP/0.9"), {400, 505}},
        {"HTTP/1.10", line("GET /healthz HTTP/1.10")},
        {"HTTP/01.1", line("GET /healthz HTTP/01.1")},
        {"HTTP/1", line("GET /healthz HTTP/1")},
        {"HTTP/1.", line("GET /healthz HTTP/1.")},
        {"HTTP/+1.1", line("GET /healthz HTTP/+1.1")},
        {"HTTP 1.1", line("GET /healthz HTTP 1.1")},
        {"http/1.1", line("GET /healthz http/1.1")},
        {"HTTPS/1.1", line("GET /healthz HTTPS/1.1")},
        {"HTTP/1,1", line("GET /healthz HTTP/1,1")},
        {"HTTP/1.x", line("GET /healthz HTTP/1.x")},
        {"an HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 505}},
        {"a TLS hello", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11)},
        {"a NUL", byte('\0')},
        {"a target over long", line("GET /" + std::string(9'000, 'a') + " HTTP/1.1"), {414}},
        {"a target without an end", "GET /" + std::string(100'000, 'a'), {414, 431}},
    };
    const std::vector<std::pair<const char*, std::string>> targets{
        {"no slash", "healthz"}, {"a fragment", "/healthz#a"}, {"a percent sign alone", "/healthz%"},
        {"half an escape", "/healthz%4"}, {"a bad escape", "/healthz%zz"}, {"a bad escape in the query", "/healthz?a=%g0"},
        {"a NUL", "/healthz" + byte('\0')}, {"a control character", "/health\x01z"}, {"DEL", "/healthz\x7f"},
        {"a non-ASCII path", "/health\xC3\xA4"}, {"a quote", "/healthz\""}, {"angle brackets", "/<healthz>"},
        {"a star on a GET", "*"}, {"an authority on a GET", "localhost:80"}, {"an unknown scheme", "ftp://localhost/healthz"},
        {"a scheme alone", "http:"}, {"no authority", "http:///healthz"}, {"a backslash", "\\healthz"},
        {"an escaped NUL", "/api/chats/%00"}, {"escaped bytes that are no UTF-8", "/api/chats/%ff"},
    };
    for (const auto& [name, text] : targets)
        bad.push_back({name, target(text)});
    return bad;
}

void expectRefused(const Daemon& daemon, const std::vector<Bad>& table)
{
    for (const auto& each : table) {
        SCOPED_TRACE(each.name);
        RawHttp http(Socket::tcp(daemon.http()));
        try {
            http.send(each.request + smuggled);
        } catch (const ConnectionLost&) {
            // It may have been refused before all of it was sent.
        }
        try {
            const auto reply = http.read();
            EXPECT_NE(std::find(each.statuses.begin(), each.statuses.end(), reply.status), each.statuses.end())
                << "status " << reply.status << ' ' << reply.body;
            EXPECT_EQ(reply.header("connection"), "close");
            EXPECT_EQ(reply.header("content-type"), "application/problem+json");
            EXPECT_TRUE(http.endsHere(Deadline(std::chrono::seconds(5)))) << "Something behind it was answered, or it stays open.";
        } catch (const std::exception& error) {
            ADD_FAILURE() << error.what();
        }
    }
    EXPECT_EQ(daemon.client().get("/healthz").status, 200);
}

} // namespace

TEST_F(HttpStrict, BadLengthsAreRefusedAndTheConnectionEnds) { expectRefused(daemon(), badLengths()); }
TEST_F(HttpStrict, BadTransferCodingsAreRefusedAndTheConnectionEnds) { expectRefused(daemon(), badCodings()); }
TEST_F(HttpStrict, BadChunksAreRefusedAndTheConnectionEnds) { expectRefused(daemon(), badChunks()); }
TEST_F(HttpStrict, BadHostsAreRefusedAndTheConnectionEnds) { expectRefused(daemon(), badHosts()); }
TEST_F(HttpStrict, BadFieldsAreRefusedAndTheConnectionEnds) { expectRefused(daemon(), badFields()); }
TEST_F(HttpStrict, BadRequestLinesAreRefusedAndTheConnectionEnds) { expectRefused(daemon(), badRequestLines()); }

TEST_F(HttpStrict, ABadRequestIsRefusedAlsoByteByByteAndBehindAGoodOne)
{
    for (const auto& each : badCodings()) {
        SCOPED_TRACE(each.name);
        RawHttp http(Socket::tcp(daemon().http()));
        http.send(get(""));
        EXPECT_EQ(http.read().status, 200);
        try {
            for (const char c : each.request)
                http.send(std::string_view(&c, 1));
        } catch (const ConnectionLost&) {
            // Refused before the last byte.
        }
        const auto reply = http.read();
        EXPECT_GE(reply.status, 400);
        EXPECT_TRUE(http.endsHere());
    }
}

} // namespace netbit::test
