"""slowhttptest's slow heads, slow bodies and slow readers, while others ask and measure how long they wait."""
import http.client
import os
import re
import statistics
import subprocess
import tempfile
import time

from rows.measure import table
from rows.server import Netbitd

KINDS = {"heads": ("-H", "/api/routes"), "bodies": ("-B", "/api/auth/refresh"), "readers": ("-X", "/api/routes")}
SECONDS = 20
PAUSE = 0.01  # between two questions of the one who measures
BAR_MS = 100


def attack(kind, target, connections, port, where):
    return subprocess.Popen(["slowhttptest", kind, "-c", str(connections), "-r", str(max(50, connections // 5)), "-i", "3",
                             "-l", str(SECONDS), "-p", "5", "-w", "10", "-y", "20", "-n", "3", "-z", "32", "-k", "10",
                             "-u", f"http://127.0.0.1:{port}{target}"],
                            stdout=where, stderr=where, stdin=subprocess.DEVNULL, env={**os.environ, "TERM": "dumb"})


def question(port):
    """milliseconds until an answer on a new connection, or None"""
    begun = time.monotonic()
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return 1000 * (time.monotonic() - begun) if answer.status == 200 else None
    except OSError:
        return None


def run(bench):
    results = []
    with Netbitd(bench, f"{bench.work}/slow") as netbitd:
        for what, (kind, target) in KINDS.items():
            with tempfile.TemporaryFile() as said:
                attacker = attack(kind, target, bench.slow, netbitd.http, said)
                waits = []
                while attacker.poll() is None:
                    waits.append(question(netbitd.http))
                    time.sleep(PAUSE)
                said.seek(0)
                words = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", said.read().decode(errors="replace"))
            good = sorted(w for w in waits if w is not None)
            open_most = max((int(n) for n in re.findall(r"^connected:\s+(\d+)", words, re.M)), default=0)
            results.append({"row": "slow", "what": what, "connections": bench.slow, "connected": open_most,
                            "asked": len(waits), "failed": len(waits) - len(good),
                            "p50_ms": statistics.median(good) if good else None,
                            "p99_ms": good[int(0.99 * (len(good) - 1))] if good else None,
                            "worst_ms": good[-1] if good else None,
                            "available": set(re.findall(r"^service available:\s+(\w+)", words, re.M)) == {"YES"}})
    return results


def show(results):
    print(f"slowhttptest for {SECONDS} s of each kind; meanwhile GET /healthz on new connections.")
    table(["slow", "connections", "most at once", "asked", "failed", "p50 ms", "p99 ms", f"bar {BAR_MS} ms", "worst ms",
           "its own word: available"],
          [[r["what"], r["connections"], r["connected"], r["asked"], r["failed"], f"{r['p50_ms']:.2f}",
            f"{r['p99_ms']:.2f}", "met" if r["p99_ms"] <= BAR_MS and not r["failed"] else "MISSED",
            f"{r['worst_ms']:.2f}", "yes" if r["available"] else "NO"] for r in results])
