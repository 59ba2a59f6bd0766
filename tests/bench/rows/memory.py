"""Resident memory and the time from exec to ready: with nothing in it, and with a large log if one is given (and how
fast that is imported); what an idle keep-alive connection costs."""
import json
import os
import shutil
import socket
import time

from rows.measure import output_of, resident_kib, spread, table, text
from rows.server import Netbitd, copy_data, read_answer, request_of

MOST_KIB = 64 * 1024
MOST_SECONDS = 0.5
MOST_IDLE_BYTES = 1024
LEAST_IMPORTED = 50_000  # messages a second
SETTLE_SECONDS = 1.0


def folder_bytes(path):
    return sum(os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(path) for name in names)


def starts(bench, what, data):
    """the first start of a new directory makes the tables; those measured come after it"""
    Netbitd(bench, data).__exit__()
    resident, ready, plugins = [], [], 0
    for _ in range(bench.rounds):
        with Netbitd(bench, data) as netbitd:
            time.sleep(SETTLE_SECONDS)
            resident.append(resident_kib(netbitd.pid))
            ready.append(netbitd.time_to_ready)
            plugins = len(netbitd.facts.get("plugins", []))
    return {"row": "memory", "what": what, "data_bytes": folder_bytes(data), "plugins": plugins,
            "resident_kib": spread(resident), "ready_s": spread(ready)}


def answered(port, request):
    """a connection that has had one answer"""
    s = socket.create_connection(("127.0.0.1", port), 20)
    s.sendall(request)
    read_answer(s)
    return s


def idle(bench):
    """keep-alive connections that have asked once, with a token"""
    count = bench.idle
    with Netbitd(bench, f"{bench.work}/idle") as netbitd:
        token = netbitd.add_user("bench")
        request = request_of("/api/chats", token)
        answered(netbitd.http, request).close()
        time.sleep(SETTLE_SECONDS)
        before = resident_kib(netbitd.pid)
        sockets = [answered(netbitd.http, request) for _ in range(count)]
        after = resident_kib(netbitd.pid)
        for s in sockets:
            s.close()
    return {"row": "memory", "what": "idle connections", "connections": count, "before_kib": before, "after_kib": after,
            "bytes_each": (after - before) * 1024 / count}


def imported(bench, data):
    """the logs into a new data directory, as an admin does it"""
    with Netbitd(bench, data):
        begun = time.monotonic()
        report = json.loads(output_of(f"{bench.bin}/netbit", "import", "irc", bench.irc, "--chat", "log", "--data", data,
                                      "--json", "--report", f"{data}.left-out", seconds=600))
        seconds = time.monotonic() - begun
    stored = report["messages"] + report["actions"] + sum(report["system"].values())
    return {"row": "memory", "what": "import", "messages": stored, "seconds": seconds, "rate": stored / seconds}


def run(bench):
    results = [starts(bench, "empty", f"{bench.work}/empty")]
    if bench.irc:
        data = f"{bench.work}/irc"
        results.append(imported(bench, data))
        results.append(starts(bench, "imported log", data))
    if bench.data_with_log:
        copy = f"{bench.work}/log"
        copy_data(bench.data_with_log, copy)
        results.append(starts(bench, "large log", copy))
        shutil.rmtree(copy)
    results.append(idle(bench))
    return results


def show(results):
    print(f"Memory and start: at most {MOST_KIB // 1024} MiB, ready in at most {MOST_SECONDS} s from exec.")

    def met(r):
        return "met" if r["resident_kib"]["median"] <= MOST_KIB and r["ready_s"]["median"] <= MOST_SECONDS else "MISSED"

    table(["what", "plugins", "data MB", "RSS KiB (min-max)", "ready s (min-max)", "bar"],
          [[r["what"], r["plugins"], f"{r['data_bytes'] / 1e6:.1f}", text(r["resident_kib"], 0), text(r["ready_s"], 3), met(r)]
           for r in results if "ready_s" in r])
    for r in results:
        if r["what"] == "import":
            print(f"import: {r['messages']:,} messages in {r['seconds']:.1f} s, {r['rate']:,.0f} a second "
                  f"({'met' if r['rate'] >= LEAST_IMPORTED else 'MISSED'}: at least {LEAST_IMPORTED:,})")
        if "bytes_each" in r:
            print(f"{r['connections']:,} idle connections: {r['bytes_each']:,.0f} bytes each "
                  f"({'met' if r['bytes_each'] <= MOST_IDLE_BYTES else 'MISSED'}: at most {MOST_IDLE_BYTES:,})")
