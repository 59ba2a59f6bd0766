"""One message to many subscribers, half over SSE and half over TCP, against a bare loop that sends it to as many sockets."""
import json
import subprocess

from rows.measure import Program, cpu, figures, in_turn, output_of, ratios, spread, table, text
from rows.server import Netbitd

SUBSCRIBERS = 1000
BAR = 3  # times the loop's
KEYS = ("p50_us", "p99_us", "cpu_us")


def listen(bench, server, *where, stdin=None):
    before = sum(cpu(server.pid))
    result = json.loads(output_of(f"{bench.bin}/bench-fanout", *where, "--subscribers", SUBSCRIBERS, "--seconds", bench.seconds,
                                  core=1, stdin=stdin))
    result["cpu_us"] = 1e6 * (sum(cpu(server.pid)) - before) / result["messages"]
    return result


def run(bench):
    with Netbitd(bench, f"{bench.work}/fanout", core=0, settings=[("tcp.max_per_user", 4 * SUBSCRIBERS)]) as netbitd:
        token = netbitd.add_user("bench")
        line = f"{token} {netbitd.add_chat(token)}\n"

        def ours():
            return listen(bench, netbitd, "--http", netbitd.http, "--tcp", netbitd.tcp, stdin=line)
        size = ours()["bytes"]
        with Program(f"{bench.bin}/bench-blast", SUBSCRIBERS, size, core=0, stdout=subprocess.PIPE, text=True) as blast:
            port = int(blast.process.stdout.readline())
            references, runs = in_turn(lambda: listen(bench, blast, "--bare", port, "--bytes", size), {"netbitd": ours},
                                       bench.rounds)
    kept = [1 / each for each in ratios(runs["netbitd"], "p50_us", "p50_us", False)]
    return [{"row": "fanout", "what": "bare loop", "bytes": size, **figures(references, KEYS)},
            {"row": "fanout", "what": "netbitd", "bytes": size, **figures(runs["netbitd"], KEYS), "ratio": spread(kept), "bar": BAR,
             "kept": len(kept), "pairs": bench.rounds}]


def show(results):
    print(f"One message to {SUBSCRIBERS} subscribers: from its first byte until the last of them has it. Server on core 0.")

    def verdict(r):
        return f"<= {r['bar']} ?" if r["ratio"] is None else f"<= {r['bar']} {'met' if r['ratio']['median'] <= r['bar'] else 'MISSED'}"
    table(["what", "bytes", "p50 us (min-max)", "p99 us (min-max)", "CPU us", "ratio (min-max)", "bar", "kept"],
          [[r["what"], r["bytes"], text(r["p50_us"], 0), text(r["p99_us"], 0), f"{r['cpu_us']['median']:,.0f}",
            *((text(r["ratio"]), verdict(r), f"{r['kept']}/{r['pairs']}") if "ratio" in r else [""] * 3)] for r in results])
