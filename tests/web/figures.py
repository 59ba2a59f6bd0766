#!/usr/bin/python3
"""Figures of the web client: figures.py FOLDER-OF-PROGRAMS [messages] [--lighthouse PROGRAM [--only START-OF-PATH]].

How long it takes to the first message with the CPU slowed down four times (nothing kept, and everything kept, by the browser); how
much memory the tab has after scrolling through a chat to its beginning; and, where Lighthouse is at hand (npm install lighthouse,
anywhere), what it says of the accessibility of each view. No test: it measures the machine that it runs on."""
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from browser import Browser  # noqa: E402
from server import Api, Server, until  # noqa: E402

FIRST = """
const looking = new MutationObserver(() => {
  const one = document.querySelector(".main article.message .content");
  if (!one?.textContent) return;
  looking.disconnect();
  requestAnimationFrame(() => setTimeout(() => { self.firstMessage = performance.now(); }, 0)); // behind the frame that shows it
});
looking.observe(document, { childList: true, subtree: true });
"""


def fill(server, somebody, chat, count):
    """So many messages, over few connections that stay."""
    def write(numbers):
        line = http.client.HTTPConnection("127.0.0.1", server.port)
        for number in numbers:
            words = f"Message {number}: " + ("plain words about the garden " * (1 + number % 4) if number % 3 else f"some **bold** words, a [link](https://example.org/{number}) and `code`")
            line.request("POST", f"/api/chats/{chat}/messages", json.dumps({"content": words}), {"Authorization": f"Bearer {somebody.token}", "Content-Type": "application/json"})
            reply = line.getresponse()
            reply.read()
            assert reply.status == 201, reply.status
        line.close()
    writers = [threading.Thread(target=write, args=(range(part, count, 4),)) for part in range(4)]
    for one in writers:
        one.start()
    for one in writers:
        one.join()


def first_message(browser, url, chat, rounds, cold):
    """Milliseconds from the navigation to the frame with the first message."""
    out = []
    for _ in range(rounds):
        if cold:  # all but the session goes
            browser.cdp("Storage.clearDataForOrigin", origin=url, storageTypes="indexeddb,service_workers,cache_storage")
            browser.cdp("Network.clearBrowserCache")
        browser.driver.get("about:blank")
        browser.cdp("Emulation.setCPUThrottlingRate", rate=4)
        browser.driver.get(f"{url}/#/c/{chat}")
        out.append(browser.wait("the first message", "return self.firstMessage", seconds=60))
        browser.cdp("Emulation.setCPUThrottlingRate", rate=1)
        browser.live()
        if not cold:
            browser.wait("the service worker", "return Boolean(navigator.serviceWorker.controller)")
    return out


def heap(browser):
    browser.cdp("HeapProfiler.collectGarbage")
    return browser.cdp("Runtime.getHeapUsage")["usedSize"] / 1e6, browser.run("return document.querySelectorAll('*').length")


def scroll(browser, chat):
    browser.go(f"/c/{chat}")
    browser.find(".main article.message")
    before = heap(browser)
    seen = browser.driver.execute_async_script("""
      const done = arguments[0]; const list = document.querySelector('.main .messages'); const seen = new Set();
      const turn = () => {
        for (const one of document.querySelectorAll('.main article[data-id]')) seen.add(one.dataset.id);
        if (document.querySelector('.main .head.beginning')) return done(seen.size);
        list.scrollTop = 0;
        setTimeout(turn, 20);
      };
      turn();""")
    return seen, before, heap(browser)


def lighthouse(program, browser, url, path):
    port = browser.driver.capabilities["goog:chromeOptions"]["debuggerAddress"].split(":")[1]
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        subprocess.run([program, f"{url}/#{path}", f"--port={port}", "--only-categories=accessibility", "--output=json", f"--output-path={file.name}", "--disable-storage-reset", "--quiet",
                        "--preset=desktop"], check=True, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=180)
        report = json.load(file)
    bad = [(name, [node["node"]["snippet"][:140] for node in audit["details"].get("items", [])[:4]])
           for name, audit in report["audits"].items() if audit["score"] == 0 and audit.get("details")]
    return round(report["categories"]["accessibility"]["score"] * 100), bad


def views(chat, root, owner):
    place = f"/p/{owner}/orchard"
    return ("/", f"/c/{chat}", f"/c/{chat}/t/{root}", f"/c/{chat}/members", "/search", "/account", "/projects", place, f"{place}/issues", f"{place}/issues/1", f"{place}/new", f"{place}/board",
            f"{place}/members", f"{place}/activity", f"{place}/code/tools", f"{place}/code/tools/commits", "/notifications", "/notifications/rules", "/notifications/delivery", "/notifications/webhooks",
            "/admin", "/admin/plugins", "/admin/figures", "/admin/log")


def main():
    words = sys.argv[1:]
    options = {word: words.pop(words.index(word) + 1) for word in ("--lighthouse", "--only") if word in words}
    words = [word for word in words if not word.startswith("--")]
    count = int(words[1]) if len(words) > 1 else 10_000
    server = Server(os.path.abspath(words[0]), ["limits.user_writes_per_minute=100000000", "limits.address_requests_per_minute=100000000", "limits.user_reads_per_minute=100000000"])
    browser = None
    try:
        bob, ann = server.add_user("bob"), server.add_user("ann")
        Api(server, server.command("token", "admin"))("PATCH", f"/api/admin/users/{bob.id}", {"role": "admin"})
        for number in range(50):
            ann.say(ann.chat(f"chat {number}", bob), "words")
        chat = ann.chat("long", bob)
        fill(server, ann, chat, count)
        root = ann.say(chat, f"@bob look at this")
        ann.say(chat, "a reply", reply_to=root)
        project = ann("POST", "/api/projects/create", {"name": "orchard", "description": "Apples"})["url"]
        ann("POST", project + "/members", {"user_id": bob.id, "role": "admin"})
        ann("POST", project + "/repos/create", {"name": "tools"})
        label = ann("POST", project + "/labels", {"name": "leaky", "colour": "#cc2211"})
        ann("POST", project + "/issues", {"title": "The roof leaks", "body": "It **drips**.", "labels": [label["name"]], "assignees": [bob.id]})
        board = ann("POST", project + "/boards", {"name": "Work", "columns": ["To do", "Done"]})
        ann("PUT", f"{project}/boards/{board['id']}/cards/1", {"column_id": board["columns"][0]["id"]})
        until("bob's notifications", lambda: bob("GET", "/api/notifications/count")["total"] >= 2)

        browser = Browser(server.url)
        browser.driver.set_script_timeout(600)
        browser.cdp("Page.addScriptToEvaluateOnNewDocument", source=FIRST)
        browser.sign_in("bob")
        for cold in (True, False):
            times = first_message(browser, server.url, chat, 7, cold)
            print(f"first message, CPU / 4, {'nothing' if cold else 'all'} kept: median {statistics.median(times):.0f} ms, {min(times):.0f} to {max(times):.0f}", flush=True)
        seen, before, after = scroll(browser, chat)
        print(f"{seen} messages scrolled: JS heap {before[0]:.1f} MB before, {after[0]:.1f} MB after; {before[1]} and {after[1]} elements", flush=True)
        if "--lighthouse" in options:
            for path in views(chat, root, "ann"):
                if not path.startswith(options.get("--only", "/")):
                    continue
                score, bad = lighthouse(options["--lighthouse"], browser, server.url, path)
                print(f"accessibility {score:3d}  {path}", *[f"\n    {name}: {snippets}" for name, snippets in bad], flush=True)
    finally:
        if browser:
            browser.close()
        server.close()


main()
