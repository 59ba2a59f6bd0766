#include "edge/Parser.h"

#include <boost/beast/http/basic_parser.hpp>

namespace netbit::edge {

namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

class HeadParser final : public http::basic_parser<true> {
public:
    explicit HeadParser(Fields& fields) : _fields(fields) {}

    std::string_view method;
    std::string_view target;
    int version = 0;

private:
    using Text = beast::string_view;
    using Error = beast::error_code;

    void on_request_impl(http::verb, Text methodText, Text targetText, int versionNumber, Error&) override
    {
        method = {methodText.data(), methodText.size()};
        target = {targetText.data(), targetText.size()};
        version = versionNumber;
    }
    void on_field_impl(http::field, Text name, Text value, Error&) override
    {
        _fields.emplace_back(std::string_view(name.data(), name.size()), std::string_view(value.data(), value.size()));
    }
    void on_header_impl(Error&) override {}
    // Bodies are BodyReader's; none of these is called, since parsing ends with the head.
    void on_response_impl(int, Text, int, Error&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, Error&) override {}
    std::size_t on_body_impl(Text body, Error&) override { return body.size(); }
    void on_chunk_header_impl(std::uint64_t, Text, Error&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, Text body, Error&) override { return body.size(); }
    void on_finish_impl(Error&) override {}

    Fields& _fields;
};

} // namespace

bool parseHead(std::string_view head, const HeadFacts& facts, Fields& fields)
{
    fields.clear();
    HeadParser parser(fields);
    parser.header_limit(static_cast<std::uint32_t>(head.size()) + 1);
    parser.body_limit(boost::none); // the route's limit is the edge's
    beast::error_code error;
    const auto used = parser.put(boost::asio::const_buffer(head.data(), head.size()), error);
    if (error || used != head.size() || !parser.is_header_done())
        return false;
    const auto length = parser.content_length();
    return parser.method == facts.method && parser.target == facts.target &&
           parser.version == (facts.http11 ? 11 : 10) && fields.size() == facts.fields &&
           parser.chunked() == facts.chunked && length.has_value() == facts.hasLength &&
           (!length || *length == facts.contentLength);
}

} // namespace netbit::edge
