#!/usr/bin/env python3
"""Compares our reactor with the whole edge (edge) and alone (bare), Poco's SocketReactor, and nginx: server CPU per request, requests/s, p99.

usage: run.py BENCH_REACTOR [--rounds N] [--seconds N] [--connections 64,1000] [--json FILE]
Each round runs the servers in turn, so that a noisy minute hits all of them. Server on core 0, wrk on core 1.
"""
import argparse, json, os, re, signal, socket, statistics, subprocess, sys, tempfile, time

NGINX = """
worker_processes 1;
pid {dir}/pid;
error_log {dir}/error.log;
events {{ worker_connections 8192; }}
http {{
  access_log off; sendfile on; tcp_nodelay on; keepalive_requests 1000000000;
  open_file_cache max=100 inactive=1h; open_file_cache_valid 1h;
  default_type application/json;
  client_body_temp_path {dir}/a; proxy_temp_path {dir}/b; fastcgi_temp_path {dir}/c; uwsgi_temp_path {dir}/d;
  scgi_temp_path {dir}/e;
  server {{ listen 127.0.0.1:{port} backlog=4096; root {dir}/www; }}
}}
"""
PATH = "/api/chats/1/messages"
TICK = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def fetch(port):
    with socket.create_connection(("127.0.0.1", port), 5) as s:
        s.sendall(f"GET {PATH} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        data = b""
        while b"\r\n\r\n" not in data:
            data += s.recv(65536)
        head, _, body = data.partition(b"\r\n\r\n")
        length = int(re.search(rb"(?i)content-length: (\d+)", head).group(1))
        while len(body) < length:
            body += s.recv(65536)
        return body


def tree(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as f:
        children = [int(c) for c in f.read().split()]
    return [pid] + [p for c in children for p in tree(c)]


def cpu(pid):
    """user and system seconds of a process tree; schedstat has nanoseconds for the sum, stat has ticks for the split"""
    total = user = system = 0.0
    for p in tree(pid):
        for thread in os.listdir(f"/proc/{p}/task"):
            with open(f"/proc/{p}/task/{thread}/schedstat") as f:
                total += int(f.read().split()[0]) / 1e9
        with open(f"/proc/{p}/stat") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        user += int(fields[11]) / TICK
        system += int(fields[12]) / TICK
    return total, user, system


def pinned(core, *command, **more):
    return subprocess.Popen(["taskset", "-c", str(core), *command], **more)


def wrk(port, connections, seconds):
    out = subprocess.run(["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency",
                          f"http://127.0.0.1:{port}{PATH}"], capture_output=True, text=True).stdout
    requests = int(re.search(r"(\d+) requests in", out).group(1))
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1))
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", out).groups()
    errors = re.search(r"Socket errors:.*|Non-2xx.*", out)
    return requests, rate, float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit], errors.group(0) if errors else ""


def main():
    args = argparse.ArgumentParser()
    args.add_argument("program")
    args.add_argument("--rounds", type=int, default=7)
    args.add_argument("--seconds", type=int, default=5)
    args.add_argument("--connections", default="64,1000")
    args.add_argument("--json")
    args = args.parse_args()

    servers = {}
    with tempfile.TemporaryDirectory() as work:
        try:
            for kind in ("edge", "bare", "poco"):
                process = pinned(0, args.program, kind, "0", stdout=subprocess.PIPE, text=True)
                servers[kind] = (process, int(process.stdout.readline()))
            body = fetch(servers["edge"][1])
            os.makedirs(f"{work}/www{os.path.dirname(PATH)}")
            with open(f"{work}/www{PATH}", "wb") as f:
                f.write(body)
            os.chmod(work, 0o755)
            port = free_port()
            with open(f"{work}/nginx.conf", "w") as f:
                f.write(NGINX.format(dir=work, port=port))
            nginx = pinned(0, "nginx", "-p", work, "-c", f"{work}/nginx.conf", "-g", "daemon off;",
                           stderr=subprocess.DEVNULL)
            servers["nginx"] = (nginx, port)
            for _ in range(100):
                try:
                    assert fetch(port) == body
                    break
                except OSError:
                    time.sleep(0.05)
            assert fetch(servers["poco"][1]) == body

            results = []
            for connections in map(int, args.connections.split(",")):
                runs = {name: [] for name in servers}
                for _ in range(args.rounds):
                    for name, (process, port) in servers.items():
                        before = cpu(process.pid)
                        requests, rate, p99, errors = wrk(port, connections, args.seconds)
                        after = cpu(process.pid)
                        total, user, system = (1e6 * (b - a) / requests for a, b in zip(before, after))
                        runs[name].append(dict(cpu_us=total, user_us=user, system_us=system, rate=rate, p99_ms=p99,
                                               errors=errors))
                reference = statistics.median(r["cpu_us"] for r in runs["nginx"])
                for name, each in runs.items():
                    row = {key: statistics.median(r[key] for r in each) for key in
                           ("cpu_us", "user_us", "system_us", "rate", "p99_ms")}
                    row.update(server=name, connections=connections, bytes=len(body),
                               cpu_min=min(r["cpu_us"] for r in each), cpu_max=max(r["cpu_us"] for r in each),
                               nginx_cpu_ratio=reference / row["cpu_us"],
                               errors="; ".join(sorted({r["errors"] for r in each} - {""})))
                    results.append(row)
        finally:
            for process, _ in servers.values():
                process.send_signal(signal.SIGTERM)
            for process, _ in servers.values():
                process.wait()

    print(f"{'server':7}{'conns':>6}{'CPU us/req':>12}{'min':>7}{'max':>7}{'user':>7}{'sys':>7}{'nginx/it':>10}"
          f"{'req/s':>9}{'p99 ms':>8}")
    for r in results:
        print(f"{r['server']:7}{r['connections']:6}{r['cpu_us']:12.2f}{r['cpu_min']:7.2f}{r['cpu_max']:7.2f}"
              f"{r['user_us']:7.2f}{r['system_us']:7.2f}{r['nginx_cpu_ratio']:10.2f}{r['rate']:9.0f}{r['p99_ms']:8.2f}"
              f" {r['errors']}")
    if args.json:
        with open(args.json, "w") as f:
            json.dump(results, f, indent=1)


if __name__ == "__main__":
    sys.exit(main())
