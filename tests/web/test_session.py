"""Signing in and out, and where the tokens are."""
import base64
import hashlib
import hmac
import struct
import time
import unittest

from server import PASSWORD
from stage import WebTest

STORED = """
const done = arguments[0];
(async () => {
  const out = [JSON.stringify({...localStorage}), JSON.stringify({...sessionStorage}), document.cookie, location.href];
  for (const { name } of await indexedDB.databases()) {
    const database = await new Promise((resolve) => { const asked = indexedDB.open(name); asked.onsuccess = () => resolve(asked.result); });
    for (const store of database.objectStoreNames)
      out.push(await new Promise((resolve) => {
        const asked = database.transaction(store).objectStore(store).getAll();
        asked.onsuccess = () => resolve(JSON.stringify(asked.result));
      }));
    database.close();
  }
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys()) out.push(request.url + await (await caches.match(request)).text());
  done(out.join("\\n"));
})();
"""


def code_of(secret):
    """RFC 6238 as every authenticator makes it."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1000000:06d}"


class Session(WebTest):
    def test_a_wrong_password_is_told_and_the_right_one_lets_in_and_out_again(self):
        browser = self.fresh()
        browser.open()
        browser.fill(username="alice", password="not this one")
        browser.click("button[type=submit]")
        self.assertIn("wrong", browser.find("[role=alert]").text)
        browser.fill(password=PASSWORD)
        browser.click("button[type=submit]")
        browser.find(".sidebar")
        browser.go("/account")
        browser.click("button", "Sign out")
        browser.click("dialog button.danger")
        browser.find("[name=password]")
        browser.reload()
        browser.find("[name=password]")
        self.assertEqual(browser.run("return localStorage.getItem('netbit.user')"), None)

    def test_no_token_is_where_a_script_could_take_it_and_a_reload_stays_signed_in(self):
        browser = self.fresh()
        browser.sign_in("bob")
        for _ in range(3):  # each exchanges the refresh token, some before the last answer is there
            browser.reload()
        browser.find(".sidebar")
        browser.live()
        browser.wait("the service worker", "return navigator.serviceWorker.controller || navigator.serviceWorker.ready.then(() => true)")
        stored = browser.driver.execute_async_script(STORED)
        self.assertIn('"username":"bob"', stored)
        for secret in ("nbr_", "nbt_", "eyJ", "access_token\":"):
            self.assertNotIn(secret, stored)
        cookie = browser.cdp("Network.getAllCookies")["cookies"]
        self.assertEqual([(one["name"], one["httpOnly"], one["sameSite"], one["path"]) for one in cookie],
                         [("netbit-session", True, "Strict", "/web/session")])

    def test_two_tabs_share_one_session_and_end_together(self):
        browser = self.fresh()
        browser.sign_in("bob")
        first = browser.driver.current_window_handle
        browser.driver.switch_to.new_window("tab")
        for _ in range(3):
            browser.driver.get(browser.url)
            browser.find(".sidebar")
        browser.live()
        browser.driver.switch_to.window(first)
        browser.driver.refresh()
        browser.find(".sidebar")
        browser.live()
        browser.go("/account")
        browser.click("button", "Sign out")
        browser.click("dialog button.danger")
        browser.find("[name=password]")
        browser.driver.switch_to.window(browser.driver.window_handles[1])
        browser.find("[name=password]")

    def test_the_second_factor_is_turned_on_and_asked_for(self):
        self.server.add_user("faye")
        browser = self.fresh()
        browser.sign_in("faye")
        browser.go("/account")
        browser.find("h3", "Second factor")
        section = "section:nth-of-type(4)"
        browser.type(f"{section} [name=password]", PASSWORD)
        browser.click(f"{section} button", "Turn on")
        secret = browser.find(f"{section} .codes").text.replace(" ", "")
        browser.type(f"{section} [name=code]", code_of(secret))
        browser.click(f"{section} button", "Confirm")
        recovery = browser.find("dialog .codes").text.split()
        self.assertEqual(len(recovery), 10)
        browser.cdp("Network.clearBrowserCookies")
        browser.run("localStorage.clear()")
        browser.open()
        browser.fill(username="faye", password=PASSWORD)
        browser.click("button[type=submit]")
        browser.type("[name=code]", recovery[0])
        browser.click("button[type=submit]")
        browser.find(".sidebar")

    def test_who_is_invited_registers_by_the_link(self):
        made = self.admin("POST", "/api/invites", {"role": "member"})
        browser = self.fresh()
        browser.open("#/register?invite=" + made["invite"])
        self.assertEqual(browser.find("[name=invite]").get_attribute("value"), made["invite"])
        browser.fill(username="gus", email="gus@example.org", password="short")
        browser.click("button[type=submit]")
        browser.find("[role=alert]")
        browser.fill(password=PASSWORD)
        browser.click("button[type=submit]")
        browser.find(".sidebar")
        self.assertEqual(browser.find(".sidebar footer .avatar").text, "G")


class Edge(WebTest):
    """What is sent, without a browser."""

    def test_the_page_is_guarded_and_cached_by_what_is_in_it(self):
        status, headers, body = self.server.anyone().raw("GET", "/")
        self.assertEqual(status, 200)
        policy = headers["Content-Security-Policy"]
        for rule in ("default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' blob: data:", "connect-src 'self'",
                     "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'"):
            self.assertIn(rule, policy)
        self.assertNotIn("unsafe", policy)
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(headers["X-Frame-Options"], "DENY")
        status, _, again = self.server.anyone().raw("GET", "/", headers={"If-None-Match": headers["ETag"]})
        self.assertEqual((status, again), (304, b""))
        status, packed, small = self.server.anyone().raw("GET", "/", headers={"Accept-Encoding": "gzip"})
        self.assertEqual((status, packed["Content-Encoding"]), (200, "gzip"))
        import gzip
        self.assertEqual(gzip.decompress(small), body)
        self.assertNotEqual(packed["ETag"], headers["ETag"])

    def test_a_path_that_no_file_has_is_no_file(self):
        for path in ("/web/", "/web/../netbit.db", "/web/%2e%2e/netbit.db", "/web/lang/xx.json", "/web/app.js/", "/web/App.js"):
            self.assertEqual(self.server.anyone().raw("GET", path)[0] // 100, 4, path)

    def test_another_site_cannot_use_the_cookie(self):
        session = self.server.anyone()("POST", "/api/auth/login", {"username": "carol", "password": PASSWORD})
        own = {"X-NetBit-Web": "1", "Content-Type": "application/json"}
        status, headers, body = self.server.anyone().raw("POST", "/web/session", {"refresh_token": session["refresh_token"]}, own)
        self.assertEqual(status, 200)
        self.assertNotIn(b"refresh_token", body)
        cookie = headers["Set-Cookie"]
        for word in ("HttpOnly", "SameSite=Strict", "Path=/web/session"):
            self.assertIn(word, cookie)
        self.assertNotIn("Secure", cookie)
        cookie = {"Cookie": cookie.split(";")[0]}
        for method, sent in (("POST", {}), ("DELETE", None)):
            status, headers, body = self.server.anyone().raw(method, "/web/session", sent, cookie)
            self.assertIn(b"not_from_the_client", body)
            self.assertEqual((status // 100, "Set-Cookie" in headers), (4, False))
        self.assertEqual(self.server.anyone().raw("POST", "/web/session", {}, own)[0], 401)
        # The answer that was lost is given again; another one's guess is not.
        first = self.server.anyone().raw("POST", "/web/session", {}, {**own, **cookie})
        second = self.server.anyone().raw("POST", "/web/session", {}, {**own, **cookie})
        self.assertEqual((first[0], first[1]["Set-Cookie"], first[2]), (200, second[1]["Set-Cookie"], second[2]))
        secure = self.server.anyone().raw("POST", "/web/session", {}, {**own, **cookie, "Origin": "https://chat.example.org", "Sec-Fetch-Site": "same-origin"})
        self.assertIn("; Secure", secure[1]["Set-Cookie"])
        cookie = {"Cookie": second[1]["Set-Cookie"].split(";")[0]}
        status, headers, _ = self.server.anyone().raw("DELETE", "/web/session", None, {**own, **cookie})
        self.assertEqual((status, "Max-Age=0" in headers["Set-Cookie"]), (204, True))
        self.assertEqual(self.server.anyone().raw("POST", "/web/session", {}, {**own, **cookie})[0], 401)


if __name__ == "__main__":
    unittest.main()
