#!/usr/bin/env python3
"""Compares our reactor with the whole edge (edge) and alone (bare), Poco's SocketReactor, and nginx: server CPU per request, requests/s, p99.

usage: run.py BENCH_REACTOR [--rounds N] [--seconds N] [--connections 64,1000] [--json FILE]
Each round runs the servers in turn, so that a noisy minute hits all of them. Server on core 0, wrk on core 1.
"""
import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from rows.http import KEYS, Nginx, wrk  # noqa: E402
from rows.measure import Program, figures, table, text  # noqa: E402
from rows.server import fetch  # noqa: E402

TARGET = "/api/chats/1/messages"


def main():
    args = argparse.ArgumentParser()
    args.add_argument("program")
    args.add_argument("--rounds", type=int, default=7)
    args.add_argument("--seconds", type=int, default=5)
    args.add_argument("--connections", default="64,1000")
    args.add_argument("--json")
    args = args.parse_args()

    results = []
    with tempfile.TemporaryDirectory() as work, contextlib.ExitStack() as running:
        servers = {}
        for kind in ("edge", "bare", "poco"):
            program = running.enter_context(Program(args.program, kind, 0, core=0, stdout=subprocess.PIPE, text=True))
            servers[kind] = (program, int(program.process.stdout.readline()))
        body = fetch(servers["edge"][1], TARGET)[1]
        os.mkdir(f"{work}/nginx")
        nginx = running.enter_context(Nginx(f"{work}/nginx", {"page": (TARGET, body)}, core=0))
        servers["nginx"] = (nginx, nginx.ports["page"])
        for name, (_, port) in servers.items():
            if fetch(port, TARGET)[1] != body:
                raise SystemExit(f"{name} answers something else")

        for connections in map(int, args.connections.split(",")):
            runs = {name: [] for name in servers}
            for _ in range(args.rounds):
                for name, (program, port) in servers.items():
                    runs[name].append(wrk(program, port, TARGET, connections, args.seconds))
            found = {name: figures(each, KEYS) for name, each in runs.items()}
            for name, each in found.items():
                ratio = found["nginx"]["cpu_us"]["median"] / each["cpu_us"]["median"]
                results.append({"server": name, "connections": connections, "bytes": len(body), **each,
                                "nginx_cpu_ratio": ratio,
                                "errors": "; ".join(sorted({r["errors"] for r in runs[name]} - {""}))})

    table(["server", "", "conns", "CPU us (min-max)", "user", "sys", "nginx/it", "req/s", "p99 ms"],
          [[r["server"], r["errors"], r["connections"], text(r["cpu_us"]), f"{r['user_us']['median']:.2f}",
            f"{r['system_us']['median']:.2f}", f"{r['nginx_cpu_ratio']:.2f}", f"{r['rate']['median']:.0f}",
            f"{r['p99_ms']['median']:.2f}"] for r in results])
    if args.json:
        with open(args.json, "w") as f:
            json.dump(results, f, indent=1)


if __name__ == "__main__":
    sys.exit(main())
