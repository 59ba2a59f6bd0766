"""Push and clone of a large repository, against git http-backend behind nginx and fcgiwrap with the same settings of git's."""
import os
import random
import shutil
import subprocess
import time

from rows.measure import Program, figures, in_turn, ratios, resident_kib, spread, table, text, verdict, wait_until
from rows.server import Netbitd

BAR = 0.95  # of the reference's throughput
COMMITS = 10_000
BLOB = 10_000  # bytes that do not pack
KEYS = ("push_s", "clone_s")
LONGEST = 300  # seconds in which rounds begin; what one takes is the machine's affair: about 40 s on two cores that others use too

NGINX = """
user {user};
worker_processes 1;
pid {work}/nginx.pid;
error_log {work}/nginx-error.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {work}/body; fastcgi_temp_path {work}/fastcgi; proxy_temp_path {work}/proxy; uwsgi_temp_path {work}/uwsgi;
  scgi_temp_path {work}/scgi;
  client_max_body_size 0;
  server {{
    listen unix:{work}/probe.sock;
    listen 127.0.0.1:{port};
    location / {{
      fastcgi_pass unix:{work}/fcgi.sock;
      fastcgi_read_timeout 600s;
      fastcgi_param SCRIPT_FILENAME /usr/lib/git-core/git-http-backend;
      fastcgi_param PATH_INFO $uri;
      fastcgi_param QUERY_STRING $query_string;
      fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param CONTENT_TYPE $content_type;
      fastcgi_param CONTENT_LENGTH $content_length;
      fastcgi_param REMOTE_USER bench;
      fastcgi_param GIT_PROJECT_ROOT {work}/served;
      fastcgi_param GIT_HTTP_EXPORT_ALL "";
      fastcgi_param GIT_CONFIG_NOSYSTEM 1;
      fastcgi_param GIT_CONFIG_GLOBAL {config};
      fastcgi_param HOME {work};
    }}
  }}
}}
"""


def git(work, *words, stdin=None):
    around = {"PATH": os.environ["PATH"], "HOME": work, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}
    done = subprocess.run(["git", "-c", "safe.directory=*", *words], input=stdin, capture_output=True, env=around, cwd=work, timeout=180)
    if done.returncode != 0:
        raise SystemExit(f"git {' '.join(words)[:200]} failed: {done.stderr.decode(errors='replace')[-500:]}")
    return done.stdout


def generate(work):
    """this project's own history, where it is one, and COMMITS commits behind it on a branch of their own"""
    path = f"{work}/big.git"
    here = os.path.dirname(os.path.abspath(__file__))
    if subprocess.run(["git", "-C", here, "rev-parse"], capture_output=True).returncode == 0:
        git(work, "clone", "-q", "--bare", here + "/../../..", path)
    else:
        git(work, "init", "-q", "--bare", path)
    source = random.Random(7)
    feed = subprocess.Popen(["git", "--git-dir", path, "fast-import", "--quiet"], stdin=subprocess.PIPE)
    for number in range(COMMITS):
        blob = source.randbytes(BLOB)
        message = f"Change number {number}\n".encode()
        feed.stdin.write(b"commit refs/heads/generated\ncommitter Bench <bench@example.org> %d +0000\ndata %d\n%s" %
                         (1_700_000_000 + number, len(message), message))
        feed.stdin.write(b"M 100644 inline folder%d/file%d\ndata %d\n%s\n" % (number % 37, number % 211, len(blob), blob))
    feed.stdin.close()
    if feed.wait() != 0:
        raise SystemExit("git fast-import failed")
    git(work, "-C", path, "repack", "-q", "-a", "-d")
    return path


def transfer(work, origin, url):
    """push all of it to an empty repository, clone it from there"""
    begun = time.monotonic()
    git(work, "-C", origin, "-c", "http.postBuffer=1048576", "push", "-q", "--all", url)
    pushed = time.monotonic()
    copy = f"{work}/copy"
    git(work, "clone", "-q", "--bare", url, copy)
    cloned = time.monotonic()
    shutil.rmtree(copy)
    return {"push_s": pushed - begun, "clone_s": cloned - pushed}


def free_port():
    import socket
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def run(bench):
    work = f"{bench.work}/git"
    os.makedirs(f"{work}/served")
    origin = generate(work)
    size = sum(os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(f"{origin}/objects/pack") for name in names)
    with Netbitd(bench, f"{work}/data", settings=[("limits.user_reads_per_minute", 0), ("limits.address_requests_per_minute", 0)]) as netbitd:
        token = netbitd.add_user("bench")
        port = free_port()
        config = f"{netbitd.data}/repositories/.netbit/gitconfig"
        with open(f"{work}/nginx.conf", "w") as f:
            f.write(NGINX.format(work=work, port=port, config=config, user="root" if os.getuid() == 0 else "nobody"))
        with Program("fcgiwrap", "-c", 4, "-s", f"unix:{work}/fcgi.sock", stderr=subprocess.DEVNULL), \
                Program("nginx", "-p", work, "-c", f"{work}/nginx.conf", "-g", "daemon off;", stderr=subprocess.DEVNULL):
            wait_until(lambda: os.path.exists(f"{work}/probe.sock") and os.path.exists(f"{work}/fcgi.sock"))
            count = iter(range(1000))
            rss = [resident_kib(netbitd.pid)]

            def reference():
                name = f"r{next(count)}.git"
                git(work, "init", "-q", "--bare", f"{work}/served/{name}")
                git(work, "-C", f"{work}/served/{name}", "config", "http.receivepack", "true")
                told = transfer(work, origin, f"http://127.0.0.1:{port}/{name}")
                shutil.rmtree(f"{work}/served/{name}")
                return told

            def ours():
                name = f"n{next(count)}"
                netbitd.ask("POST", "/api/repos/create", {"name": name}, token, 201)
                with open(f"/proc/{netbitd.pid}/clear_refs", "w") as f:
                    f.write("5")  # the highest RSS begins anew
                told = transfer(work, origin, f"http://bench:{token}@127.0.0.1:{netbitd.http}/git/bench/{name}")
                with open(f"/proc/{netbitd.pid}/status") as f:
                    rss.append(next(int(line.split()[1]) for line in f if line.startswith("VmHWM")))
                return told
            references, runs = in_turn(reference, {"netbitd": ours}, min(bench.rounds, 5), time.monotonic() + LONGEST)
    out = []
    for key, what in (("push_s", "push"), ("clone_s", "clone")):
        kept = ratios(runs["netbitd"], key, key, False)
        for name, measured in (("http-backend", references), ("netbitd", runs["netbitd"])):
            out.append({"row": "git", "what": f"{what}, {name}", "mib": size / 2**20, "seconds": figures(measured, [key])[key],
                        **({"ratio": spread(kept), "bar": BAR, "kept": len(kept), "pairs": len(measured),
                            "rss_start_mib": rss[0] / 1024, "rss_highest_mib": max(rss) / 1024} if name == "netbitd" else {})})
    return out


def show(results):
    print(f"A repository of {results[0]['mib']:,.0f} MiB packed, {COMMITS:,} generated commits beside this project's own.")
    table(["what", "seconds (min-max)", "MiB/s", "ratio (min-max)", "bar", "kept", "RSS at the start, highest"],
          [[r["what"], text(r["seconds"]), f"{r['mib'] / r['seconds']['median']:,.1f}",
            *((text(r["ratio"]), verdict(r["ratio"], r["bar"]), f"{r['kept']}/{r['pairs']}",
               f"{r['rss_start_mib']:.1f} MiB, {r['rss_highest_mib']:.1f} MiB") if "ratio" in r else [""] * 4)] for r in results])
