"""A durable send over HTTP and over TCP against SQLite's own limit with as many waiting threads; both cores free."""
import json
import shutil

from rows.measure import cpu, figures, in_turn, output_of, ratios, spread, table, text, verdict
from rows.server import Netbitd, copy_data

CHATS = 16  # as in bench-sqlite-limit
KEYS = ("rate", "p50_us", "p99_us")


def bar(clients):
    return 0.65 if clients == 1 else 0.5


def limit(bench, clients):
    out = output_of(f"{bench.bin}/bench-sqlite-limit", "--clients", clients, "--seconds", bench.seconds, "--data",
                    bench.work, "--json")
    return json.loads(out)[0]


def prepare(bench, data):
    """16 people, each with a chat; gives the lines of bench-send"""
    lines = []
    with Netbitd(bench, data) as netbitd:
        for i in range(CHATS):
            token = netbitd.add_user(f"bench{i}")
            lines.append(f"{token} {netbitd.add_chat(token)}\n")
    return "".join(lines)


def send(bench, origin, senders, over, clients):
    """On a data directory as small as the limit's: a copy of the prepared one."""
    data = f"{bench.work}/send"
    copy_data(origin, data)
    try:
        with Netbitd(bench, data) as netbitd:
            port = netbitd.http if over == "http" else netbitd.tcp
            before = sum(cpu(netbitd.pid))
            result = json.loads(output_of(f"{bench.bin}/bench-send", "--over", over, "--port", port, "--clients", clients,
                                          "--seconds", bench.seconds, stdin=senders))
            result["cpu_us"] = 1e6 * (sum(cpu(netbitd.pid)) - before) / max(1, result["answered"])
            return result
    finally:
        shutil.rmtree(data)


def run(bench):
    results = []
    origin = f"{bench.work}/prepared"
    senders = prepare(bench, origin)
    for clients in bench.clients:
        references, runs = in_turn(
            lambda: limit(bench, clients),
            {over: (lambda over=over: send(bench, origin, senders, over, clients)) for over in ("http", "tcp")},
            bench.rounds)
        results.append({"row": "send", "what": "limit", "clients": clients, **figures(references, KEYS)})
        for over, ours in runs.items():
            kept = ratios(ours, "rate", "rate", True)
            results.append({"row": "send", "what": over, "clients": clients, **figures(ours, (*KEYS, "cpu_us")),
                            "ratio": spread(kept), "bar": bar(clients), "kept": len(kept), "pairs": len(ours),
                            "refused": sum(r["refused"] for r in ours),
                            "unanswered": sum(r["unanswered"] for r in ours)})
    return results


def show(results):
    print("Durable send, 200 bytes, each client waits for its answer; the limit is SQLite's C API with group commit.")
    table(["what", "clients", "messages/s (min-max)", "p50 us", "p99 us", "CPU us", "ratio (min-max)", "bar", "kept",
           "refused", "unanswered"],
          [[r["what"], r["clients"], text(r["rate"], 0), f"{r['p50_us']['median']:.0f}", f"{r['p99_us']['median']:.0f}",
            *((f"{r['cpu_us']['median']:.1f}", text(r["ratio"]), verdict(r["ratio"], r["bar"]),
               f"{r['kept']}/{r['pairs']}", r["refused"], r["unanswered"]) if "ratio" in r else [""] * 6)] for r in results])
