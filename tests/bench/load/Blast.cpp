// bench-blast SUBSCRIBERS BYTES: the limit of a fan-out. Prints its port. The first connection asks, the others listen: for
// each BYTES that come on the first, a plain loop of send() gives them to all. Over again when the first has closed, until it
// is ended.

#include <arpa/inet.h>
#include <cstdio>
#include <cstdlib>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace {

int acceptOne(int listener)
{
    const int fd = ::accept(listener, nullptr, nullptr);
    const int on = 1;
    if (fd < 0 || ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) {
        std::perror("bench-blast");
        std::exit(1);
    }
    return fd;
}

} // namespace

int main(int argc, char** argv)
{
    const int subscribers = argc > 1 ? std::atoi(argv[1]) : 0;
    const int size = argc > 2 ? std::atoi(argv[2]) : 0;
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof where;
    if (subscribers < 1 || size < 1 || ::bind(listener, reinterpret_cast<const sockaddr*>(&where), length) != 0 ||
        ::listen(listener, 4096) != 0 || ::getsockname(listener, reinterpret_cast<sockaddr*>(&where), &length) != 0) {
        std::perror("bench-blast");
        return 1;
    }
    std::printf("%d\n", ntohs(where.sin_port));
    std::fflush(stdout);
    std::vector<char> message(static_cast<std::size_t>(size));
    for (;;) {
        const int asking = acceptOne(listener);
        std::vector<int> listening;
        for (int i = 0; i < subscribers; ++i)
            listening.push_back(acceptOne(listener));
        while (::recv(asking, message.data(), message.size(), MSG_WAITALL) == size)
            for (const int fd : listening)
                ::send(fd, message.data(), message.size(), MSG_NOSIGNAL);
        for (const int fd : listening)
            ::close(fd);
        ::close(asking);
    }
}
