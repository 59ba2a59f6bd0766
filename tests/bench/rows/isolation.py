"""GETs of a plugin that runs in a process of its own, against the same in netbitd's: what the way there and back costs."""
import os
import shutil

from rows.http import fill, wrk
from rows.measure import figures, in_turn, output_of, ratios, spread, table, text
from rows.server import Netbitd, fetch

KEYS = ("cpu_us", "user_us", "system_us", "rate", "p99_ms")
ISOLATED = {f"plugin.{id}.isolate": "process" for id in ("chat", "hello_c")}


def plugins(bench):
    """the host's own, and one whose handler does nothing but answer"""
    folder = f"{bench.work}/plugins"
    shutil.copytree(f"{bench.bin}/../lib/netbit/plugins", folder)
    for file in ("hello_c.so", "hello_c.json"):
        shutil.copy(f"{bench.bin}/../tests/contract/plugins/{file}", folder)
    return folder


def run(bench):
    results = []
    places = {"plugins.directory": plugins(bench)}
    with Netbitd(bench, f"{bench.work}/inside", core=0, settings=places) as inside, \
            Netbitd(bench, f"{bench.work}/isolated", core=0, settings={**places, **ISOLATED}) as isolated:
        targets = {}
        tokens = {}
        for server in (inside, isolated):
            tokens[server] = server.add_user("bench")
            targets = {"hello": "/api/hello-c/world", **fill(server, tokens[server])}
        for what, target in targets.items():
            body = fetch(isolated.http, target, tokens[isolated])[1]
            for connections in (1, 64):
                references, runs = in_turn(
                    lambda: wrk(inside, inside.http, target, connections, bench.seconds, tokens[inside]),
                    {"isolated": lambda: wrk(isolated, isolated.http, target, connections, bench.seconds,
                                             tokens[isolated])}, bench.rounds)
                ours = runs["isolated"]
                results.append({"row": "isolation", "what": what, "connections": connections, "body_bytes": len(body),
                                "inside": figures(references, KEYS), "isolated": figures(ours, KEYS),
                                "pairs": len(ours), "kept": len(ratios(ours, "cpu_us", "cpu_us", True)),
                                "cpu_ratio": spread(ratios(ours, "cpu_us", "cpu_us", True)),
                                "rate_ratio": spread(ratios(ours, "cpu_us", "rate", True)),
                                "p99_ratio": spread(ratios(ours, "cpu_us", "p99_ms", True)),
                                "errors": sorted({r["errors"] for r in [*ours, *references]} - {""})})
    print(output_of(f"{bench.bin}/bench-isolation"), flush=True)
    return results


def show(results):
    print("A plugin in a process of its own: server on core 0, wrk on core 1. CPU of the whole process tree in us a request; "
          "ratios are isolated / inside.")
    rows = []
    for r in results:
        for name in ("inside", "isolated"):
            f = r[name]
            last = name == "isolated"
            rows.append([f"{r['what']} {r['body_bytes']:,} B", name, r["connections"], text(f["cpu_us"]),
                         f"{f['user_us']['median']:.2f}+{f['system_us']['median']:.2f}", text(f["rate"], 0),
                         f"{f['p99_ms']['median']:.2f}",
                         *((text(r["cpu_ratio"]), text(r["rate_ratio"]), text(r["p99_ratio"]),
                            f"{r['kept']}/{r['pairs']}") if last else [""] * 4)])
    table(["what", "plugin", "conns", "CPU us (min-max)", "user+sys", "requests/s", "p99 ms", "CPU ratio", "rate ratio",
           "p99 ratio", "kept"], rows)
    for r in results:
        for error in r["errors"]:
            print(f"  {r['what']}, {r['connections']} connections: {error}")
