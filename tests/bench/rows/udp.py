"""UDP ping against a plain recvfrom/sendto loop: one at a time, and 64 on their way."""
import json
import subprocess

from rows.measure import Program, cpu, figures, in_turn, output_of, ratios, spread, table, text, verdict
from rows.server import Netbitd

BUFFER_BYTES = 1 << 20  # SO_RCVBUF of all
BARS = {1: 0.95, 64: 0.85}
KEYS = ("rate", "p50_us", "p99_us", "cpu_us", "lost")


def ping(bench, server, port, in_flight):
    before = sum(cpu(server.pid))
    result = json.loads(output_of(f"{bench.bin}/bench-udp", "--port", port, "--in-flight", in_flight, "--seconds",
                                  bench.seconds, "--buffer", BUFFER_BYTES, core=1))
    result["cpu_us"] = 1e6 * (sum(cpu(server.pid)) - before) / max(1, result["sent"])
    return result


def run(bench):
    results = []
    with Netbitd(bench, f"{bench.work}/udp", core=0) as netbitd, \
            Program(f"{bench.bin}/bench-udp-echo", BUFFER_BYTES, core=0, stdout=subprocess.PIPE, text=True) as echo:
        port = int(echo.process.stdout.readline())
        for in_flight in BARS:
            references, runs = in_turn(lambda: ping(bench, echo, port, in_flight),
                                       {"netbitd": lambda: ping(bench, netbitd, netbitd.udp, in_flight)}, bench.rounds)
            kept = ratios(runs["netbitd"], "rate", "rate", True)
            results.append({"row": "udp", "what": "echo loop", "in_flight": in_flight, **figures(references, KEYS)})
            results.append({"row": "udp", "what": "netbitd", "in_flight": in_flight, **figures(runs["netbitd"], KEYS),
                            "ratio": spread(kept), "bar": BARS[in_flight], "kept": len(kept), "pairs": bench.rounds})
    return results


def show(results):
    print("UDP ping: server on core 0, pings from core 1, the same SO_RCVBUF.")
    table(["what", "in flight", "answers/s (min-max)", "p50 us", "p99 us", "CPU us", "lost", "ratio (min-max)", "bar",
           "kept"],
          [[r["what"], r["in_flight"], text(r["rate"], 0), f"{r['p50_us']['median']:.0f}", f"{r['p99_us']['median']:.0f}",
            f"{r['cpu_us']['median']:.2f}", f"{r['lost']['median']:.0f}",
            *((text(r["ratio"]), verdict(r["ratio"], r["bar"]), f"{r['kept']}/{r['pairs']}") if "ratio" in r
              else [""] * 3)] for r in results])
