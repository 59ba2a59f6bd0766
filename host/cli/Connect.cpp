#include "cli/Connect.h"

#include <Poco/Net/Context.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/SocketAddress.h>

namespace netbit::cli
{

namespace
{

constexpr long connectSeconds = 10;

Poco::Net::Context::Ptr contextOf(const std::string& caFile)
{
    using Poco::Net::Context;
    Context::Params params;
    params.caLocation = caFile;
    params.loadDefaultCAs = caFile.empty(); // whoever names an authority trusts no other
    params.verificationMode = Context::VERIFY_STRICT;
    params.cipherList = "ECDHE+AESGCM:ECDHE+CHACHA20";
    Context::Ptr context = new Context(Context::TLS_CLIENT_USE, params); // of Poco, counted
    context->requireMinimumProtocol(Context::PROTO_TLSV1_2);
    return context;
}

} // namespace

Poco::Net::StreamSocket connectTo(const Endpoint& endpoint, std::uint16_t port)
{
    const Poco::Timespan timeout(connectSeconds, 0);
    const auto address = endpoint.local()
        ? Poco::Net::SocketAddress(Poco::Net::SocketAddress::UNIX_LOCAL, endpoint.socketPath())
        : Poco::Net::SocketAddress(endpoint.host(), port);
    if (!endpoint.secure()) {
        Poco::Net::StreamSocket socket;
        socket.connect(address, timeout);
        return socket;
    }
    Poco::Net::SecureStreamSocket socket(contextOf(endpoint.caFile()));
    socket.setPeerHostName(endpoint.host()); // whom the certificate must name
    socket.connect(address, timeout);
    return socket;
}

} // namespace netbit::cli
