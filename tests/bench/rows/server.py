"""A netbitd with a data directory of its own, and the people and chats that a row needs."""
import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import time

from rows.measure import Program, wait_until

PASSWORD = "bench bench bench"


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def ask(connection, method, target, body=None, token=None, expect=200):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if body is not None:
        headers["Content-Type"] = "application/json"
        body = json.dumps(body)
    connection.request(method, target, body, headers)
    answer = connection.getresponse()
    data = answer.read()
    if answer.status != expect:
        raise SystemExit(f"{method} {target}: {answer.status} instead of {expect}: {data[:400]!r}")
    return json.loads(data) if data else None


class Netbitd(Program):
    """Starts at once; time_to_ready is from before exec until the ready file is there."""

    def __init__(self, bench, data, core=None, settings=()):
        self.data = data
        ready = f"{data}.ready.json"
        if os.path.exists(ready):
            os.remove(ready)
        chosen = {"http.port": 0, "tcp.port": 0, "udp.port": 0, "auth.access_token_s": 86400, "log.level": "warn",
                  "limits.user_writes_per_minute": 0}
        chosen.update(settings)
        self._log = open(f"{data}.log", "a+b")
        begun = time.monotonic()
        super().__init__(f"{bench.bin}/netbitd", "--config", bench.config, "--data", data, "--ready-file", ready,
                         *(word for key, value in chosen.items() for word in ("--set", f"{key}={value}")), core=core,
                         stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log)
        try:
            wait_until(lambda: os.path.exists(ready) or self.process.poll() is not None, 60, "netbitd did not become ready")
            self.time_to_ready = time.monotonic() - begun
            if self.process.poll() is not None:
                raise SystemExit("netbitd ended instead of becoming ready")
        except SystemExit as failure:
            self.__exit__()
            raise SystemExit(f"{failure}; its last words:\n{self.last_words()}") from None
        with open(ready) as f:
            self.facts = json.load(f)
        self.http, self.tcp, self.udp = (self.facts["ports"][name] for name in ("http", "tcp", "udp"))

    def last_words(self):
        self._log.flush()
        with open(self._log.name, errors="replace") as f:
            return f.read()[-2000:]

    def connection(self):
        return http.client.HTTPConnection("127.0.0.1", self.http, timeout=60)

    def ask(self, method, target, body=None, token=None, expect=200):
        connection = self.connection()
        try:
            return ask(connection, method, target, body, token, expect)
        finally:
            connection.close()

    def add_user(self, name):
        """makes the user and signs in; gives the access token (a JWT)"""
        admin = UnixConnection(f"{self.data}/netbitd.sock")
        ask(admin, "POST", "/admin/users", {"username": name, "password": PASSWORD}, expect=201)
        admin.close()
        return self.ask("POST", "/api/auth/login", {"username": name, "password": PASSWORD})["access_token"]

    def add_chat(self, token, name="bench"):
        made = self.ask("POST", "/api/chats", {"name": name, "chat_type": "group", "participants": []}, token, 201)
        return made["id"]


def read_answer(s):
    """one answer from a socket: (bytes on the wire, body)"""
    data = b""
    while b"\r\n\r\n" not in data:
        data += s.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(re.search(rb"(?i)content-length: (\d+)", head).group(1))
    while len(body) < length:
        body += s.recv(65536)
    if not head.startswith(b"HTTP/1.1 200"):
        raise SystemExit(f"not a 200: {data[:400]!r}")
    return len(head) + 4 + length, body


def request_of(target, token=None):
    who = f"Authorization: Bearer {token}\r\n" if token else ""
    return f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n{who}\r\n".encode()


def fetch(port, target, token=None):
    with socket.create_connection(("127.0.0.1", port), 10) as s:
        s.sendall(request_of(target, token))
        return read_answer(s)


def copy_data(origin, target):
    """A stopped server's data directory, without what belongs to the process that had it open."""
    shutil.copytree(origin, target, ignore=lambda folder, names: [n for n in names if n.endswith((".sock", ".lock"))])
