#!/usr/bin/env python3
"""Measures netbitd against the limits of its machine, in turn; README.md says what each row means.

usage: tests/bench/run.py [http] [send] [udp] [memory] [slow] [isolation] [reload] [fanout] [git] [--quick] [--json FILE] …
"""
import argparse
import importlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True
ROWS = ("http", "send", "udp", "memory", "slow", "isolation", "reload", "fanout", "git")


def numbers(given):
    return [int(each) for each in given.split(",")]


def arguments():
    parser = argparse.ArgumentParser(description="Measures netbitd; all rows when none is named.")
    parser.add_argument("rows", nargs="*", metavar="|".join(ROWS))
    parser.add_argument("--build", default=os.path.join(HERE, "../../build/release"), help="build folder (build/release)")
    parser.add_argument("--quick", action="store_true", help="3 rounds of 2 s instead of 7 of 5 s")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=int)
    parser.add_argument("--connections", type=numbers, default=[64, 1000, 5000], help="http: 64,1000,5000")
    parser.add_argument("--clients", type=numbers, default=[1, 32, 256], help="send: 1,32,256")
    parser.add_argument("--disk", help="folder on the disk to measure (default: the system's for temporary files)")
    parser.add_argument("--irc", help="memory: a folder of IRC logs to import")
    parser.add_argument("--data-with-log", help="memory: a stopped server's data directory; it is copied")
    parser.add_argument("--idle", type=int, default=10_000, help="memory: idle connections (10000)")
    parser.add_argument("--slow", type=int, default=500, help="slow: connections of each kind (500)")
    parser.add_argument("--reloads", type=int, default=1000, help="reload: of each plugin in a row (1000)")
    parser.add_argument("--cycles", type=int, default=10_000, help="reload: unloads and loads in a row (10000)")
    parser.add_argument("--json", help="write the figures to this file")
    bench = parser.parse_args()
    for row in bench.rows:
        if row not in ROWS:
            parser.error(f"{row} is not a row; they are {', '.join(ROWS)}")
    bench.rows = bench.rows or list(ROWS)
    bench.rounds = bench.rounds or (3 if bench.quick else 7)
    bench.seconds = bench.seconds or (2 if bench.quick else 5)
    bench.bin = os.path.join(os.path.abspath(bench.build), "bin")
    bench.config = os.path.join(HERE, "../../conf/netbit.properties")
    if not os.path.exists(f"{bench.bin}/netbitd"):
        parser.error(f"{bench.bin} has no netbitd: cmake --preset release && ninja -C build/release")
    return bench


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is ended all the same
    bench = arguments()
    if os.cpu_count() < 2:
        raise SystemExit("two cores are needed: one for the server, one for the load")
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    results = []
    with tempfile.TemporaryDirectory(prefix="netbit-bench-", dir=bench.disk) as bench.work:
        kind = subprocess.run(["stat", "-f", "-c", "%T", bench.work], capture_output=True, text=True).stdout.strip()
        if kind == "tmpfs" and "send" in bench.rows:
            raise SystemExit("a durable send needs a disk, not a tmpfs: --disk DIR")
        for name in bench.rows:
            row = importlib.import_module(f"rows.{name}")
            fresh = row.run(bench)
            row.show(fresh)
            print(flush=True)
            results += fresh
    if bench.json:
        with open(bench.json, "w") as f:
            json.dump({"rounds": bench.rounds, "seconds": bench.seconds, "load": os.getloadavg(), "results": results}, f,
                      indent=1)


if __name__ == "__main__":
    main()
