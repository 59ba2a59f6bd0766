"""GET messages (about 10 KB) and GET one chat (about 200 bytes) against nginx with the same bytes in a file."""
import os
import re
import socket
import subprocess

from rows.measure import Program, cpu, figures, in_turn, output_of, ratios, spread, table, text, verdict, wait_until
from rows.server import Netbitd, fetch

PAGE_BYTES = 10 * 1024
MESSAGES = 100
KEYS = ("cpu_us", "user_us", "system_us", "rate", "p99_ms")
# (CPU ratio, requests/s ratio, p99 ratio) by connections
BARS = {"messages": {64: (1.05, 1.0, 1.0), 1000: (1.25, 1.0, 1.0), 5000: (None, 0.9, 1.0)},
        "chat": {64: (1.25, 1.2, 1.0), 1000: (1.4, 1.2, 1.0), 5000: (None, None, None)}}

NGINX = """
worker_processes 1;
worker_rlimit_nofile 16384;
pid {dir}/pid;
error_log {dir}/error.log;
events {{ worker_connections 8192; }}
http {{
  access_log off; sendfile on; tcp_nodelay on; keepalive_requests 1000000000;
  open_file_cache max=100 inactive=1h; open_file_cache_valid 1h;
  default_type application/json;
  client_body_temp_path {dir}/a; proxy_temp_path {dir}/b; fastcgi_temp_path {dir}/c; uwsgi_temp_path {dir}/d;
  scgi_temp_path {dir}/e;
  {servers}
}}
"""
SERVER = "server {{ listen 127.0.0.1:{port} backlog=4096; root {dir}/{what}; }}"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def fill(netbitd, token):
    """a chat with 100 messages, the newest page of 50 about 10 KB; gives its two targets"""
    chat = netbitd.add_chat(token)
    chats = f"/api/chats/{chat}"
    first = "m" * 40
    netbitd.ask("POST", f"{chats}/messages", {"content": first}, token, 201)
    single = fetch(netbitd.http, f"{chats}/messages", token)[1]
    content = "m" * max(1, 40 + PAGE_BYTES // 50 - len(single) + 60)  # 60: what stands around the messages
    for _ in range(MESSAGES):
        netbitd.ask("POST", f"{chats}/messages", {"content": content}, token, 201)
    return {"messages": f"{chats}/messages", "chat": chats}


class Nginx(Program):
    """one worker that serves each of `bodies`, {name: (target, bytes)}, at a port of its own"""

    def __init__(self, folder, bodies, core):
        self.ports = {what: free_port() for what in bodies}
        for what, (target, body) in bodies.items():
            path = f"{folder}/{what}{target}"
            os.makedirs(os.path.dirname(path))
            with open(path, "wb") as f:
                f.write(body)
        os.chmod(os.path.dirname(folder), 0o755)
        with open(f"{folder}/nginx.conf", "w") as f:
            servers = (SERVER.format(dir=folder, what=what, port=port) for what, port in self.ports.items())
            f.write(NGINX.format(dir=folder, servers="\n  ".join(servers)))
        super().__init__("nginx", "-p", folder, "-c", f"{folder}/nginx.conf", "-g", "daemon off;", core=core,
                         stderr=subprocess.DEVNULL)
        wait_until(lambda: all(map(self._answers, self.ports.values())), what="nginx did not start")

    @staticmethod
    def _answers(port):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            return False


def wrk(server, port, target, connections, seconds, token=None):
    """loads the server from core 1: its CPU a request, the rate, the 99th percentile"""
    before = cpu(server.pid)
    who = ["-H", f"Authorization: Bearer {token}"] if token else []
    out = output_of("wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", *who,
                    f"http://127.0.0.1:{port}{target}", core=1)
    user, system = (b - a for a, b in zip(before, cpu(server.pid)))
    requests = int(re.search(r"(\d+) requests in", out).group(1))
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s|m)\b", out).groups()
    wrong = re.search(r"Socket errors:.*|Non-2xx.*", out)
    return {"cpu_us": 1e6 * (user + system) / requests, "user_us": 1e6 * user / requests,
            "system_us": 1e6 * system / requests, "rate": float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)),
            "p99_ms": float(number) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60000}[unit],
            "errors": wrong.group(0).strip() if wrong else ""}


def run(bench):
    results = []
    with Netbitd(bench, f"{bench.work}/http", core=0) as netbitd:
        token = netbitd.add_user("bench")
        targets = fill(netbitd, token)
        answers = {what: fetch(netbitd.http, target, token) for what, target in targets.items()}
        folder = f"{bench.work}/nginx"
        os.mkdir(folder)
        with Nginx(folder, {what: (targets[what], body) for what, (_, body) in answers.items()}, core=0) as nginx:
            for what, target in targets.items():
                wire, body = answers[what]
                if fetch(nginx.ports[what], target)[1] != body:
                    raise SystemExit(f"nginx and netbitd answer {target} differently")
                for connections in bench.connections:
                    results.append(compare(bench, netbitd, nginx, what, target, token, connections,
                                           {"body_bytes": len(body), "wire_bytes": wire}))
    return results


def compare(bench, netbitd, nginx, what, target, token, connections, facts):
    references, runs = in_turn(
        lambda: wrk(nginx, nginx.ports[what], target, connections, bench.seconds, token),
        {"netbitd": lambda: wrk(netbitd, netbitd.http, target, connections, bench.seconds, token)}, bench.rounds)
    ours = runs["netbitd"]
    cpu_ratios = ratios(ours, "cpu_us", "cpu_us", False)
    bars = BARS[what].get(connections, (None, None, None))
    return {"row": "http", "what": what, "connections": connections, **facts, "netbitd": figures(ours, KEYS),
            "nginx": figures(references, KEYS), "pairs": len(ours), "kept": len(cpu_ratios),
            "cpu_ratio": spread(cpu_ratios), "cpu_bar": bars[0],
            "rate_ratio": spread(ratios(ours, "rate", "rate", True)), "rate_bar": bars[1],
            "p99_ratio": spread(ratios(ours, "p99_ms", "p99_ms", False)), "p99_bar": bars[2],
            "errors": sorted({r["errors"] for r in [*ours, *references]} - {""})}


def show(results):
    print("HTTP: server on core 0, wrk on core 1. CPU in us a request; ratios are nginx's CPU / ours, our rate / nginx's, "
          "nginx's p99 / ours.")
    rows = []
    for r in results:
        for name in ("netbitd", "nginx"):
            f = r[name]
            last = name == "netbitd"
            rows.append([f"{r['what']} {r['body_bytes']:,} B", name, r["connections"], text(f["cpu_us"]),
                         f"{f['user_us']['median']:.2f}+{f['system_us']['median']:.2f}", text(f["rate"], 0),
                         f"{f['p99_ms']['median']:.2f}",
                         *((text(r["cpu_ratio"]), verdict(r["cpu_ratio"], r["cpu_bar"]), text(r["rate_ratio"]),
                            verdict(r["rate_ratio"], r["rate_bar"]), text(r["p99_ratio"]),
                            verdict(r["p99_ratio"], r["p99_bar"]), f"{r['kept']}/{r['pairs']}") if last else [""] * 7)])
    table(["what", "server", "conns", "CPU us (min-max)", "user+sys", "requests/s", "p99 ms", "CPU ratio", "bar",
           "rate ratio", "bar", "p99 ratio", "bar", "kept"], rows)
    for r in results:
        for error in r["errors"]:
            print(f"  {r['what']}, {r['connections']} connections: {error}")
