#!/usr/bin/env python3
"""Memory of idle keep-alive connections: RSS over the start, after each has had one answer.

usage: idle.py BENCH_REACTOR [connections, default 10000]
"""
import os, re, resource, signal, socket, subprocess, sys, time

REQUEST = b"GET /api/chats/1/messages HTTP/1.1\r\nHost: a\r\n\r\n"


def rss(pid):
    with open(f"/proc/{pid}/status") as f:
        return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1))


def answer(s):
    data = b""
    while b"\r\n\r\n" not in data:
        data += s.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    left = int(re.search(rb"Content-Length: (\d+)", head).group(1)) - len(body)
    while left > 0:
        left -= len(s.recv(65536))


def main():
    program = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    for kind in ("edge", "bare", "poco"):
        process = subprocess.Popen([program, kind, "0"], stdout=subprocess.PIPE, text=True)
        port = int(process.stdout.readline())
        with socket.create_connection(("127.0.0.1", port)) as s:
            s.sendall(REQUEST)
            answer(s)
        time.sleep(0.2)
        before = rss(process.pid)
        sockets = []
        for _ in range(count):
            s = socket.create_connection(("127.0.0.1", port), 20)
            s.sendall(REQUEST)
            answer(s)
            sockets.append(s)
        after = rss(process.pid)
        print(f"{kind:5} {count} idle connections: {before} KiB at start, {after} KiB now, "
              f"{(after - before) * 1024 / count:.0f} bytes each")
        for s in sockets:
            s.close()
        process.send_signal(signal.SIGTERM)
        process.wait()


if __name__ == "__main__":
    main()
