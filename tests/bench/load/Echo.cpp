// bench-udp-echo BUFFER_BYTES: the limit of a UDP answer. recvfrom, sendto, nothing else; prints its port, runs until it
// is ended.

#include <arpa/inet.h>
#include <cstdio>
#include <cstdlib>
#include <netinet/in.h>
#include <sys/socket.h>

int main(int argc, char** argv)
{
    const int bufferBytes = argc > 1 ? std::atoi(argv[1]) : 1 << 20;
    const int fd = ::socket(AF_INET, SOCK_DGRAM, 0);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof where;
    if (::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bufferBytes, sizeof bufferBytes) != 0 ||
        ::bind(fd, reinterpret_cast<const sockaddr*>(&where), length) != 0 ||
        ::getsockname(fd, reinterpret_cast<sockaddr*>(&where), &length) != 0) {
        std::perror("bench-udp-echo");
        return 1;
    }
    std::printf("%d\n", ntohs(where.sin_port));
    std::fflush(stdout);
    for (char bytes[2048];;) {
        sockaddr_in peer{};
        socklen_t size = sizeof peer;
        const auto got = ::recvfrom(fd, bytes, sizeof bytes, 0, reinterpret_cast<sockaddr*>(&peer), &size);
        if (got > 0)
            ::sendto(fd, bytes, static_cast<std::size_t>(got), 0, reinterpret_cast<const sockaddr*>(&peer), size);
    }
}
