#!/usr/bin/env python3
"""The figures of the admin's sizing table (conf/README.md): what a start, a message, a page, a listener and a delivery cost.

    tests/bench/sizing.py --irc ../shared/data/ubuntu-irc/large [--bin build/release/bin] [--config conf/netbit.properties]

About a minute. CPU is netbitd's own, all threads; the disk is the database's pages in use. They are no bars: they differ
with the machine. Without --irc the import is left out."""
import argparse
import http.client
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time

parser = argparse.ArgumentParser()
parser.add_argument("--bin", default="build/release/bin")
parser.add_argument("--config", default="conf/netbit.properties")
parser.add_argument("--irc")
parser.add_argument("--messages", type=int, default=8000)
parser.add_argument("--listeners", type=int, default=1000)
options = parser.parse_args()

TICKS = os.sysconf("SC_CLK_TCK")
CLIENTS = 8
PASSWORD = "correct horse battery"


class Server:
    def __init__(self, folder):
        self.data = folder + "/data"
        self.ready = folder + "/ready.json"
        self.start(folder)

    def start(self, folder):
        begun = time.monotonic()
        self.process = subprocess.Popen(
            [options.bin + "/netbitd", "--config", options.config, "--data", self.data, "--ready-file", self.ready,
             "--set", "http.port=0", "--set", "tcp.port=0", "--set", "udp.port=0"],
            stderr=open(folder + "/log", "a"))
        while not os.path.exists(self.ready):
            if self.process.poll() is not None:
                raise SystemExit("netbitd has ended: " + open(folder + "/log").read()[-2000:])
            time.sleep(0.005)
        self.took = time.monotonic() - begun
        self.port = json.load(open(self.ready))["ports"]["http"]

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def resident(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024

    def cpu(self):
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def settle(self):
        """Until what it does behind its answers (the search's index) is done."""
        before = -1.0
        while self.cpu() - before > 0.06:
            before = self.cpu()
            time.sleep(3)

    def database(self):
        """Bytes of the pages in use, those that stand in the write-ahead log still among them."""
        connection = sqlite3.connect(self.data + "/netbit.db")
        ask = lambda what: connection.execute("PRAGMA " + what).fetchone()[0]
        size = (ask("page_count") - ask("freelist_count")) * ask("page_size")
        connection.close()
        return size

    def netbit(self, *words, stdin=""):
        return subprocess.run([options.bin + "/netbit", *words, "--data", self.data], input=stdin, check=True, text=True,
                              capture_output=True).stdout


def say(what, value):
    print(f"{what:<58} {value}", flush=True)


def many(server, token, method, path, body):
    """Each client waits for its answer. Gives the rate and netbitd's CPU for each, in microseconds."""
    each = options.messages // CLIENTS
    faults = []

    def client():
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        for _ in range(each):
            connection.request(method, path, body, {"Authorization": "Bearer " + token})
            answer = connection.getresponse()
            answer.read()
            if answer.status not in (200, 201):
                faults.append(answer.status)
                return

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    cpu, begun = server.cpu(), time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise SystemExit(f"{method} {path}: {faults}")
    took = time.monotonic() - begun
    return each * CLIENTS / took, (server.cpu() - cpu) / (each * CLIENTS) * 1e6


def main(folder):
    server = Server(folder)
    try:
        say("memory after the start, all plugins", f"{server.resident():.0f} MiB")
        server.stop()
        server.start(folder)
        say("  exec to ready", f"{server.took:.2f} s")
        if options.irc:
            cpu, disk, begun = server.cpu(), server.database(), time.monotonic()
            report = server.netbit("import", "irc", options.irc, "--chat", "irc", "--json")
            took = time.monotonic() - begun
            server.settle()
            connection = sqlite3.connect(server.data + "/netbit.db")
            count = connection.execute("SELECT count(*) FROM messages").fetchone()[0]
            connection.close()
            if count < 1:
                raise SystemExit("nothing was imported: " + report[:500])
            say("import", f"{count} messages in {took:.1f} s")
            say("  disk a message, search's index and history's with it", f"{(server.database() - disk) / count:.0f} bytes")
            say("  CPU a message, the index with it", f"{(server.cpu() - cpu) / count * 1e6:.0f} us")
            say("  memory afterwards", f"{server.resident():.0f} MiB")
            server.stop()
            server.start(folder)
            say("  exec to ready with them, and memory then", f"{server.took:.2f} s, {server.resident():.0f} MiB")
        server.netbit("user", "add", "alice", "--password-stdin", stdin=PASSWORD + "\n")
        token = server.netbit("token", "alice").split()[0]
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        connection.request("POST", "/api/chats", json.dumps({"name": "g", "chat_type": "group", "participants": []}),
                           {"Authorization": "Bearer " + token})
        path = f"/api/chats/{json.load(connection.getresponse())['id']}/messages"
        body = json.dumps({"content": "x" * 60})
        disk = server.database()
        rate, cpu = many(server, token, "POST", path, body)
        say(f"messages sent over HTTP, {CLIENTS} clients", f"{rate:.0f}/s, {cpu:.0f} us CPU each")
        server.settle()
        say("  disk a message of 60 bytes, with its event", f"{(server.database() - disk) / options.messages:.0f} bytes")
        rate, cpu = many(server, token, "GET", path + "?limit=50", None)
        say(f"pages of 50 messages, {CLIENTS} clients", f"{rate:.0f}/s, {cpu:.0f} us CPU each")
        memory, listening = server.resident(), []
        for _ in range(options.listeners):
            listener = socket.create_connection(("127.0.0.1", server.port))
            listener.sendall(f"GET /api/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
            listening.append(listener)
        if not all(listener.recv(4096).startswith(b"HTTP/1.1 200") for listener in listening):
            raise SystemExit("a listener was refused")
        say(f"{options.listeners} listeners (SSE): memory", f"{(server.resident() - memory) * 1024 / options.listeners:.2f} KiB each")
        cpu = server.cpu()
        for _ in range(20):
            connection.request("POST", path, body, {"Authorization": "Bearer " + token})
            connection.getresponse().read()
        server.settle()
        say("  a message to one of them", f"{(server.cpu() - cpu) / 20 / options.listeners * 1e6:.1f} us CPU")
        cpu = server.cpu()
        time.sleep(10)
        say("  all of them silent", f"{(server.cpu() - cpu) / 10 * 1000:.0f} ms CPU a second")
    finally:
        server.stop()


work = tempfile.mkdtemp(prefix="netbit-sizing-")
try:
    main(work)
finally:
    shutil.rmtree(work)
