"""Chromium as somebody sits before it. What the page's policy forbids, and errors of its scripts, are kept and looked at."""
import json
import shutil

from selenium import webdriver
from selenium.common.exceptions import JavascriptException, StaleElementReferenceException, WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from server import PASSWORD, until

# Runs before the page's own scripts, outside its policy. `pwned` is what every text of the attack list tries to call.
WATCH = """
self.violations = []; self.faults = []; self.pwnedBy = [];
self.pwned = (who) => self.pwnedBy.push(String(who));
for (const name of ["alert", "confirm", "prompt"]) self[name] = (text) => self.pwnedBy.push(name + " " + text);
document.addEventListener("securitypolicyviolation", (event) =>
  self.violations.push(event.violatedDirective + " " + event.blockedURI + " " + event.sample + " " + event.sourceFile + ":" + event.lineNumber));
self.addEventListener("error", (event) => self.faults.push(String(event.message || event.target)));
self.addEventListener("unhandledrejection", (event) => self.faults.push("rejected: " + (event.reason && event.reason.stack || event.reason)));
"""


def chromium():
    return shutil.which("chromium"), shutil.which("chromedriver")


class Browser:
    def __init__(self, url, width=1280, height=900, dark=False, language="en"):
        self.url = url
        options = webdriver.ChromeOptions()
        options.binary_location, driver = chromium()
        for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
                     "--disable-component-update", "--no-first-run", f"--window-size={width},{height}", f"--lang={language}",
                     "--disable-background-timer-throttling", "--disable-renderer-backgrounding", "--enable-precise-memory-info",
                     "--disable-backgrounding-occluded-windows", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"):
            options.add_argument(word)
        options.add_experimental_option("prefs", {"intl.accept_languages": language})
        options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
        self.driver = webdriver.Chrome(service=Service(driver), options=options)
        self.cdp("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 700)
        self.cdp("Emulation.setFocusEmulationEnabled", enabled=True)
        if dark:
            self.dark(True)
        self.kept = []  # complaints of pages that were left

    def cdp(self, method, **arguments):
        return self.driver.execute_cdp_cmd(method, arguments)

    def dark(self, on):
        self.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if on else "light"}])

    def size(self, width, height):
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 700)

    def offline(self, on):
        self.cdp("Network.enable")
        self.cdp("Network.emulateNetworkConditions", offline=on, latency=0, downloadThroughput=-1, uploadThroughput=-1)

    def close(self):
        self.driver.quit()

    # --- Looking ---

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def find(self, selector, text=None, seconds=15):
        """The first element that is shown and has this text in it."""
        def look():
            try:
                for one in self.all(selector):
                    if one.is_displayed() and (text is None or text in one.get_attribute("textContent")):
                        return one
            except StaleElementReferenceException:
                pass
            return None
        try:
            return until(f"{selector} {text or ''}", look, seconds)
        except AssertionError as error:
            shown = self.run("return document.body.innerText").strip()[-1500:]
            raise AssertionError(f"{error}; at {self.driver.current_url} is shown:\n{shown}\n{self.complaints()}") from None

    def gone(self, selector, text=None, seconds=15):
        def look():
            try:
                return not any(text is None or text in one.get_attribute("textContent") for one in self.all(selector))
            except StaleElementReferenceException:
                return False
        until(f"the end of {selector} {text or ''}", look, seconds)

    def texts(self, selector):
        return self.run("return [...document.querySelectorAll(arguments[0])].map((one) => one.textContent)", selector)

    def wait(self, what, script, *arguments, seconds=15):
        def look():
            try:
                return self.run(script, *arguments)
            except (JavascriptException, WebDriverException):
                return None
        return until(what, look, seconds)

    def messages(self):
        """What the messages of the chat that is open say, oldest first."""
        return self.texts(".main article.message .content")

    def complaints(self):
        try:
            return self.kept + self.run("return [...(self.violations || []), ...(self.faults || []), ...(self.pwnedBy || []).map((who) => 'PWNED ' + who)]")
        except WebDriverException as error:
            return [*self.kept, str(error)]

    def other_hosts(self):
        """Addresses outside the server that the browser was asked to fetch, since the last call."""
        out = []
        for line in self.driver.get_log("performance"):
            event = json.loads(line["message"])["message"]
            if event["method"] == "Network.requestWillBeSent":
                url = event["params"]["request"]["url"]
                if not url.startswith((self.url, "blob:", "data:", "about:", "chrome")):
                    out.append(url)
        return out

    # --- Standing in for a slow server, or one that fails; until the page is loaded anew ---

    def hold(self, part):
        """Answers to requests whose path has this in it wait for let_go()."""
        self.run("""const real = self.fetch; const held = new Promise((resolve) => (self.letGo = () => { self.fetch = real; resolve(); }));
          self.fetch = async (...asked) => { if (String(asked[0]).includes(arguments[0])) await held; return real(...asked); };""".replace("arguments[0]", json.dumps(part)))

    def let_go(self):
        self.run("self.letGo()")

    def answer(self, part, status, body):
        """Requests whose address has this in it are answered so, and counted (answered())."""
        self.run("""const [part, status, body] = arguments; const real = self.fetch; self.answeredHere = 0;
          self.letGo = () => (self.fetch = real);
          self.fetch = async (...asked) => {
            if (!String(asked[0]).includes(part)) return real(...asked);
            ++self.answeredHere;
            return new Response(body, { status, headers: { "Content-Type": "application/json" } });
          };""", part, status, json.dumps(body))

    def answered(self):
        return self.run("return self.answeredHere")

    # --- Acting ---

    def open(self, path=""):
        self.kept = self.complaints()
        self.driver.get("about:blank")  # a path that differs behind the # alone would not load the page anew
        self.driver.get(f"{self.url}/{path}")

    def reload(self):
        self.kept = self.complaints()
        self.driver.refresh()

    def click(self, selector, text=None):
        def act():
            try:
                self.find(selector, text).click()
                return True
            except WebDriverException as error:
                if "not clickable" in str(error) or "stale" in str(error):
                    return False
                raise
        until(f"a click on {selector}", act)

    def type(self, selector, text, clear=False):
        field = self.find(selector)
        if clear:
            field.send_keys(Keys.CONTROL, "a")
        if max(text, default="") > "\uffff":  # older ChromeDrivers have no keys for those
            self.driver.execute_script("arguments[0].focus()", field)
            self.driver.execute_cdp_cmd("Input.insertText", {"text": text})
        else:
            field.send_keys(text)

    def press(self, *keys, control=False, alt=False, shift=False):
        chain = webdriver.ActionChains(self.driver)
        held = [key for key, on in ((Keys.CONTROL, control), (Keys.ALT, alt), (Keys.SHIFT, shift)) if on]
        for key in held:
            chain.key_down(key)
        chain.send_keys(*keys)
        for key in reversed(held):
            chain.key_up(key)
        chain.perform()

    def fill(self, **fields):
        for name, value in fields.items():
            self.type(f"[name={name}]", value, clear=True)

    def sign_in(self, name, password=PASSWORD):
        self.open()
        self.fill(username=name, password=password)
        self.click("button[type=submit]")
        self.find(".sidebar")
        self.live()

    def live(self):
        self.wait("the stream of events", "return !!document.querySelector('.link.live')", seconds=20)

    def go(self, path):
        self.run("location.hash = arguments[0]", path)

    def say(self, text, where=".main"):
        self.type(f"{where} .composer textarea", text)
        self.press(Keys.ENTER)

    def act(self, text, label, where=".main"):
        """Presses a button of the toolbar of the message with that text."""
        article = self.find(f"{where} article.message", text)
        webdriver.ActionChains(self.driver).move_to_element(article.find_element(By.CSS_SELECTOR, ".body")).perform()
        button = article.find_element(By.CSS_SELECTOR, f".tools [aria-label='{label}']")
        self.run("arguments[0].click()", button)
