"""A netbitd of the tests' own, and what its command line and API are asked directly."""
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

PASSWORD = "correct horse battery"


def until(what, ask, seconds=15.0, pause=0.03):
    """Waits until `ask` gives something, and returns that."""
    end = time.monotonic() + seconds
    while True:
        value = ask()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come within {seconds} s")
        time.sleep(pause)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """netbitd on a data directory that goes with it. Its port stays the same over restarts, as a browser's address does."""

    def __init__(self, binaries, settings=()):
        self.binaries = binaries
        self.wishes = [word for setting in settings for word in ("--set", setting)]
        self.data = tempfile.mkdtemp(prefix="netbit-web-")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None
        self.start()

    def start(self):
        settings = os.path.join(self.data, "netbit.properties")
        if not os.path.exists(settings):
            with open(settings, "w", encoding="utf-8") as file:
                file.write("# The settings of a test's server.\n")
        ready = os.path.join(self.data, "ready.json")
        if os.path.exists(ready):
            os.remove(ready)
        with open(os.path.join(self.data, "log"), "ab") as log:
            self.process = subprocess.Popen(
                [f"{self.binaries}/netbitd", "--data", self.data, "--config", settings, "--ready-file", ready, "--set", f"http.port={self.port}",
                 "--set", "tcp.port=0", "--set", "udp.port=0", "--set", "auth.login_failures_per_minute=1000", *self.wishes],
                stdout=log, stderr=log)
        until("the ready file", lambda: os.path.exists(ready) or self.process.poll() is not None)
        assert self.process.poll() is None, open(os.path.join(self.data, "log"), encoding="utf-8").read()[-2000:]

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait()
        shutil.rmtree(self.data, ignore_errors=True)

    def command(self, *words, given=None):
        done = subprocess.run([f"{self.binaries}/netbit", "--data", self.data, *words], input=given, text=True, check=True,
                              capture_output=True)
        return done.stdout.strip()

    def add_user(self, name):
        self.command("user", "add", name, "--password-stdin", given=PASSWORD)
        return Api(self, self.command("token", name))

    def anyone(self):
        return Api(self, None)


class Api:
    """The HTTP API as somebody: what a test sets up, and asks behind the browser's back."""

    def __init__(self, server, token):
        self.server = server
        self.token = token

    def raw(self, method, path, body=None, headers=None):
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        asked = urllib.request.Request(self.server.url + path, data=data, method=method, headers=headers or {})
        if self.token:
            asked.add_header("Authorization", f"Bearer {self.token}")
        try:
            with urllib.request.urlopen(asked, timeout=10) as reply:
                return reply.status, dict(reply.headers), reply.read()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read()

    def __call__(self, method, path, body=None, headers=None):
        status, _, text = self.raw(method, path, body, headers)
        assert status < 300, f"{method} {path}: {status} {text[:500]}"
        return json.loads(text) if text else None

    @property
    def id(self):
        return self("GET", "/api/user/profile")["id"]

    def chat(self, name, *others, kind="group", **more):
        return self("POST", "/api/chats", {"name": name, "chat_type": kind, "participants": [one.id for one in others], **more})["id"]

    def say(self, chat, content, **more):
        return self("POST", f"/api/chats/{chat}/messages", {"content": content, **more})["id"]

    def messages(self, chat):
        return self("GET", f"/api/chats/{chat}/messages?limit=200")["data"]

    def contents(self, chat):
        return [one["content"] for one in self.messages(chat) if one["message_type"] != "system"]
