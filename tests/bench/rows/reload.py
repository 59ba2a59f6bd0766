"""A plugin exchanged every 100 ms under load, against the same load without; then reloads and load/unload cycles in
a row, and what they leave behind."""
import json
import os
import re
import threading
import time

from rows.http import fill, wrk
from rows.measure import figures, in_turn, output_of, ratios, resident_kib, spread, table, text, verdict
from rows.server import Netbitd, UnixConnection, ask
from rows.udp import BUFFER_BYTES

EVERY = 0.1
BAR = 0.9
CYCLES_BAR_KIB = 5 * 1024
WARM = 20  # reloads before the first look at memory: allocator, log, statement caches


class Reloader:
    """reloads a plugin every 100 ms on a thread of its own until the block ends"""

    def __init__(self, netbitd, plugin):
        self.netbitd, self.plugin, self.count, self.worst_ms, self.fault = netbitd, plugin, 0, 0.0, None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()
        if self.fault:
            raise SystemExit(f"a reload failed: {self.fault}")

    def _run(self):
        try:
            admin = UnixConnection(f"{self.netbitd.data}/netbitd.sock")
            while not self._over.wait(EVERY):
                self.worst_ms = max(self.worst_ms, post(admin, self.plugin, "reload"))
                self.count += 1
            admin.close()
        except (SystemExit, OSError) as fault:
            self.fault = fault


def post(admin, plugin, verb):
    """milliseconds it took"""
    begun = time.monotonic()
    ask(admin, "POST", f"/admin/plugins/{plugin}/{verb}", {})
    return 1000 * (time.monotonic() - begun)


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def mapped(pid):
    """libraries of plugins that are still in the address space"""
    with open(f"/proc/{pid}/maps") as f:
        return len({line.split()[-1] for line in f if "/generations/" in line})


def settled(netbitd):
    """(RSS in KiB, descriptors, mapped generations) once what was exchanged is gone"""
    end = time.monotonic() + 10
    while mapped(netbitd.pid) > len(netbitd.facts["plugins"]) and time.monotonic() < end:
        time.sleep(0.01)
    return resident_kib(netbitd.pid), descriptors(netbitd.pid), mapped(netbitd.pid)


def in_a_row(netbitd, plugin, count, verbs):
    """runs the verbs `count` times, without load: what they leave behind"""
    admin = UnixConnection(f"{netbitd.data}/netbitd.sock")
    for _ in range(WARM):
        for verb in verbs:
            post(admin, plugin, verb)
    before = settled(netbitd)
    begun = time.monotonic()
    for _ in range(count):
        for verb in verbs:
            post(admin, plugin, verb)
    took = time.monotonic() - begun
    after = settled(netbitd)
    admin.close()
    return {"row": "reload", "what": f"{' + '.join(verbs)} of {plugin}", "count": count, "ms_each": 1000 * took / count,
            "rss_kib": [before[0], after[0]], "descriptors": [before[1], after[1]], "mapped": [before[2], after[2]]}


def loads(bench, netbitd):
    """what clients of each plugin do: {plugin: (in words, function that gives rate, p99_ms and failed)}"""
    token = netbitd.add_user("bench")
    target = fill(netbitd, token)["messages"]
    people = [netbitd.add_user(f"bench{i}") for i in range(16)]
    senders = "".join(f"{person} {netbitd.add_chat(person)}\n" for person in people)

    def pages():
        done = wrk(netbitd, netbitd.http, target, 1000, bench.seconds, token)
        failed = re.findall(r"(?:connect|read|write|timeout|responses:) (\d+)", done["errors"])
        return {"rate": done["rate"], "p99_ms": done["p99_ms"], "failed": sum(map(int, failed))}

    def packets():
        done = json.loads(output_of(f"{bench.bin}/bench-send", "--over", "tcp", "--port", netbitd.tcp, "--clients", 256,
                                    "--seconds", bench.seconds, stdin=senders, core=1))
        return {"rate": done["rate"], "p99_ms": done["p99_us"] / 1000, "failed": done["refused"] + done["unanswered"]}

    def pings():
        done = json.loads(output_of(f"{bench.bin}/bench-udp", "--port", netbitd.udp, "--in-flight", 64, "--seconds",
                                    bench.seconds, "--buffer", BUFFER_BYTES, core=1))
        return {"rate": done["rate"], "p99_ms": done["p99_us"] / 1000, "failed": done["lost"]}

    return {"chat": ("GET page, 1,000 connections", pages), "tcp": ("durable send over TCP, 256 clients", packets),
            "udp": ("ping, 64 in flight", pings)}


def reloaded(netbitd, plugin, load):
    with Reloader(netbitd, plugin) as reloader:
        done = load()
    return {**done, "reloads": reloader.count, "worst_ms": reloader.worst_ms}


def run(bench):
    results = []
    with Netbitd(bench, f"{bench.work}/reload", core=0) as netbitd:
        for plugin, (words, load) in loads(bench, netbitd).items():
            references, runs = in_turn(load, {plugin: lambda: reloaded(netbitd, plugin, load)}, bench.rounds)
            ours = runs[plugin]
            results.append({"row": "reload", "what": plugin, "load": words, "reloads": sum(r["reloads"] for r in ours),
                            "failed": sum(r["failed"] for r in ours), "worst_ms": max(r["worst_ms"] for r in ours),
                            "netbitd": figures(ours, ("rate", "p99_ms")), "alone": figures(references, ("rate", "p99_ms")),
                            "rate_ratio": spread(ratios(ours, "rate", "rate", True)), "pairs": len(ours)})
    with Netbitd(bench, f"{bench.work}/cycles") as netbitd:
        for plugin in ("chat", "tcp", "udp"):
            results.append(in_a_row(netbitd, plugin, bench.reloads, ("reload",)))
        results.append(in_a_row(netbitd, "udp", bench.cycles, ("disable", "enable")))
    return results


def show(results):
    print("A plugin exchanged every 100 ms under load, against the same load without reloads.")
    table(["plugin", "load", "reloads", "failed", "worst reload ms", "rate", "alone", "ratio", "bar", "p99 ms", "alone"],
          [[r["what"], r["load"], r["reloads"], r["failed"], f"{r['worst_ms']:.0f}", text(r["netbitd"]["rate"], 0),
            text(r["alone"]["rate"], 0), text(r["rate_ratio"]), verdict(r["rate_ratio"], BAR),
            text(r["netbitd"]["p99_ms"], 1), text(r["alone"]["p99_ms"], 1)] for r in results if "load" in r])
    print("\nIn a row, and what is left behind.")
    table(["what", "count", "ms each", "RSS KiB before", "after", "grown", "bar 5 MiB", "descriptors", "mapped generations"],
          [[r["what"], f"{r['count']:,}", f"{r['ms_each']:.1f}", f"{r['rss_kib'][0]:,}", f"{r['rss_kib'][1]:,}",
            f"{r['rss_kib'][1] - r['rss_kib'][0]:,}",
            "met" if r["rss_kib"][1] - r["rss_kib"][0] <= CYCLES_BAR_KIB and r["descriptors"][0] == r["descriptors"][1]
            else "MISSED", " -> ".join(map(str, r["descriptors"])), " -> ".join(map(str, r["mapped"]))]
           for r in results if "count" in r])
