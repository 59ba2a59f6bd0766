"""The service worker of a page, by the browser's own debugging port: ChromeDriver speaks to pages alone."""
import json
import urllib.request

import trio
import trio_websocket  # python3-selenium needs both


def targets(browser, kind):
    address = browser.driver.capabilities["goog:chromeOptions"]["debuggerAddress"]
    with urllib.request.urlopen(f"http://{address}/json/list", timeout=10) as reply:
        return [one["webSocketDebuggerUrl"] for one in json.load(reply) if one["type"] == kind]


class Line:
    """One connection to a target: what is asked is answered, what is told meanwhile is kept."""

    def __init__(self, socket):
        self.socket = socket
        self.last = 0
        self.told = []

    async def ask(self, method, **parameters):
        self.last += 1
        await self.socket.send_message(json.dumps({"id": self.last, "method": method, "params": parameters}))
        while True:
            heard = json.loads(await self.socket.get_message())
            if heard.get("id") == self.last:
                assert "error" not in heard, heard
                return heard["result"]
            self.told.append(heard)

    async def event(self, method):
        while True:
            for one in self.told:
                if one["method"] == method:
                    self.told.remove(one)
                    return one["params"]
            self.told.append(json.loads(await self.socket.get_message()))


def on(url, work):
    async def run():
        with trio.fail_after(15):
            async with trio_websocket.open_websocket_url(url, max_message_size=1 << 24) as socket:
                return await work(Line(socket))
    return trio.run(run)


def evaluate(browser, script, *arguments):
    """Runs in the service worker; `arguments_` has what is given."""
    expression = f"(async (...arguments_) => {{ {script} }})(...{json.dumps(arguments)})"

    async def work(line):
        out = await line.ask("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in out, out["exceptionDetails"]
        return out["result"].get("value")
    return on(targets(browser, "service_worker")[0], work)


def push(browser, text):
    """What a push service would bring, decrypted."""
    async def work(line):
        await line.ask("ServiceWorker.enable")
        while True:
            for one in (await line.event("ServiceWorker.workerRegistrationUpdated"))["registrations"]:
                if not one["isDeleted"]:
                    return await line.ask("ServiceWorker.deliverPushMessage", origin=browser.url, registrationId=one["registrationId"], data=text)
    return on(targets(browser, "page")[0], work)
