"""Notifications: the inbox, what fills it, and the ways on from it."""
import json
import unittest

from selenium.webdriver.common.keys import Keys

import worker
from server import until
from stage import WebTest

# Of RFC 8291, appendix A.
browser_keys = {"p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4", "auth": "BTBZMqHH6r4Tts7J_aSIgg"}

COUNT = "return document.querySelector('.sidebar footer a[href=\"#/notifications\"] .badge')?.textContent || ''"


class Notifications(WebTest):
    names = 0

    def someone(self, path=None, **options):
        """A user of the test's own, before a browser of their own."""
        Notifications.names += 1
        name = f"hearer{Notifications.names}"
        api = self.server.add_user(name)
        page = self.fresh(**options)
        page.sign_in(name)
        if path:
            page.go(path)
        return page, api, name

    def count(self, page, wanted):
        page.wait(f"the count {wanted}", COUNT + " === arguments[0]", wanted)

    def told(self, api):
        return [one["name"] for one in api("GET", "/api/notifications")["data"]]

    def test_what_names_somebody_is_in_the_inbox_at_once_and_read_everywhere(self):
        page, api, name = self.someone("/notifications")
        other = self.fresh()
        other.sign_in(name)
        other.go("/notifications")
        page.find(".empty", "All is read.")
        chat = self.alice.chat("naming", api)
        for number in range(3):
            self.alice.say(chat, f"@{name} look, {number}")
        page.find(".notice-line", "look, 2")
        self.count(page, "3")
        self.assertIn("3 notifications", page.driver.title)
        page.click(".notice-list li:last-child .mark-read")
        for each in (page, other):
            self.count(each, "2")
            until("two lines", lambda: len(each.all(".notice-line")) == 2)
        other.click(".notice-line", "look, 2")
        other.find(".main article.found", "look, 2")
        self.count(page, "1")
        page.run("document.querySelector('.notice-line').focus()")
        page.press("e")
        self.count(page, "")
        page.find(".empty", "All is read.")
        page.click(".switch button", "All")
        until("all lines", lambda: len(page.all(".notice-list li:not(.unread)")) == 3)
        self.assertEqual(page.driver.title.count("notification"), 0)

    def test_all_are_marked_as_read_and_one_is_thrown_away(self):
        page, api, name = self.someone("/notifications")
        for number in range(60):
            api("POST", "/api/notifications", {"name": f"note {number}"})
        page.click("button", "Show more")
        until("all of them", lambda: len(page.all(".notice-line")) == 60)
        page.click(".notice-list li:first-child [aria-label=Delete]")
        self.count(page, "59")
        page.click("button", "Mark all as read")
        self.count(page, "")
        page.find(".empty", "All is read.")
        self.assertEqual(api("GET", "/api/notifications/count"), {"total": 59, "unread": 0})

    def test_why_something_is_there_is_told_with_where_the_level_comes_from(self):
        page, api, name = self.someone("/notifications")
        chat = self.alice.chat("reasons", api)
        self.alice.say(chat, f"@{name} why?")
        self.assertIn("You are named.", page.find(".notice-line", "why?").text)
        page.click(".notice-list [aria-label='Why is it here?']")
        page.find("dialog .chain .decides", "The server")
        self.assertIn("The chat reasons", page.texts("dialog .chain li")[-1])

    def test_a_level_is_set_where_the_place_is_and_nothing_more_is_heard_from_there(self):
        page, api, name = self.someone()
        chat = self.alice.chat("loud", api)
        page.go(f"/c/{chat}")
        page.click("[aria-label='What you hear of loud']")
        page.click("dialog [name=level] option", "nothing")
        page.find("dialog .chain .decides", "The chat loud")
        until("the rule", lambda: api("GET", "/api/notifications/rules")["levels"] == [{"scope": "chat", "id": chat, "level": "none"}])
        page.press(Keys.ESCAPE)
        other = self.alice.chat("calm", api)
        self.alice.say(chat, f"@{name} not heard")
        self.alice.say(other, f"@{name} heard")
        until("the one that is heard", lambda: any("calm" in one for one in self.told(api)))
        self.assertEqual(len(self.told(api)), 1)
        page.click("[aria-label='What you hear of loud']")
        page.click("dialog [name=level] option", "as around it")
        until("no rule", lambda: api("GET", "/api/notifications/rules")["levels"] == [])

    def test_projects_repositories_issues_and_threads_have_bells_too(self):
        page, api, name = self.someone()
        made = self.alice("POST", "/api/projects/create", {"name": f"of-{name}"})["url"]
        self.alice("POST", made + "/members", {"user_id": api.id, "role": "developer"})
        self.alice("POST", made + "/repos/create", {"name": "tools"})
        self.alice("POST", made + "/issues", {"title": "Heard of"})
        chat = self.alice.chat("threads", api)
        root = self.alice.say(chat, "root")
        at = "/p" + made.removeprefix("/api/projects")
        for path, where in ((at, "project"), (at + "/code/tools", "repository"), (at + "/issues/1", "issue"), (f"/c/{chat}/t/{root}", "thread")):
            page.go(path)
            label = {"project": f"of-{name}", "repository": "tools", "issue": "#1", "thread": "this thread"}[where]
            page.click(f"[aria-label='What you hear of {label}']")
            page.click("dialog [name=level] option", "everything")
            until(where, lambda: where in [one["scope"] for one in api("GET", "/api/notifications/rules")["levels"]])
            page.press(Keys.ESCAPE)
            page.gone("dialog")
        page.go("/notifications/rules")
        until("the places", lambda: len(page.all(".rules .lines li")) == 4)

    def test_rules_are_tried_on_what_happened_before_they_are_saved(self):
        page, api, name = self.someone()
        chat = self.alice.chat("garden", api)
        for number in range(6):
            self.alice.say(chat, f"plain {number}")
        for number in range(4):
            self.alice.say(chat, f"@{name} {number}")
        self.alice.say(chat, "The compost is ready")
        until("what was heard", lambda: len(self.told(api)) == 4)
        page.go("/notifications/rules")
        page.click("[name=default] option", "everything")
        page.find(".chip.late", "not saved yet")
        page.click(".simulate")
        before, after = page.find(".simulated h3", "in the last 7 days").text.split(" in ")[0].split(" → ")
        self.assertEqual(before, "4")
        self.assertGreaterEqual(int(after), 11, "and what happens in public projects")
        page.click("[name=default] option", "nothing")
        page.click(".simulate")
        page.find(".simulated h3", "4 → 0")
        page.find(".simulated p", "4 would be silent.")
        page.click("[name=default] option", "what names you")
        page.type("[name=keywords]", "compost\ncompost\n")
        page.click(".simulate")
        page.find(".simulated .notice-line", "The compost is ready")
        self.assertEqual(api("GET", "/api/notifications/rules")["keywords"], [], "nothing is changed by trying")
        page.click(".rules button", "Add quiet hours")
        page.run("""const field = document.querySelector('[name="from-0"]'); field.value = '21:30'; field.dispatchEvent(new Event('change'));""")
        page.click(".quiet-hours input[value=sun]")
        page.click("section .days:not(.quiet-hours .days) input[value=sat]")
        page.run("""const field = document.querySelector('[name=date_off]'); field.value = '2030-12-24'; field.dispatchEvent(new Event('change'));""")
        page.find(".chosen li", "December 24, 2030")
        page.click(".rules > button.primary")
        page.find(".notice", "Saved.")
        self.assertEqual(api("GET", "/api/notifications/rules"), {
            "default": "mentions", "levels": [], "keywords": ["compost"],
            "quiet_hours": [{"days": ["mon", "tue", "wed", "thu", "fri", "sat"], "from": "21:30", "to": "07:00"}],
            "days_off": ["sat"], "dates_off": ["2030-12-24"]})
        page.gone(".chip.late")
        page.click("[name=zone] option", "Pacific/Auckland")
        until("the zone", lambda: api("GET", "/api/user/profile")["time_zone"] == "Pacific/Auckland")

    def test_rules_that_were_changed_elsewhere_are_not_overwritten(self):
        page, api, _ = self.someone("/notifications/rules")
        page.click("[name=default] option", "nothing")
        page.find(".chip.late")
        api("PUT", "/api/notifications/rules", {"default": "all"})
        page.find(".rules [role=alert]", "changed elsewhere")
        page.click(".rules > button.primary")
        until("that it is told", lambda: len(page.all(".rules [role=alert]")) == 2)
        self.assertEqual(api("GET", "/api/notifications/rules")["default"], "all")
        page.click(".rules button", "Take those")
        page.wait("theirs", "return document.querySelector('[name=default]').value === 'all'")
        page.type("[name=keywords]", "x" * 101)
        page.click(".rules > button.primary")
        page.find(".rules > [role=alert]", "A keyword has 1 to 100 bytes")

    def test_webhooks_are_made_shown_switched_and_deleted(self):
        page, api, _ = self.someone("/notifications/webhooks")
        page.fill(name="mill", url="https://hooks.example.org/in")
        page.click(".switches label", "a keyword")
        page.click("form button.primary")
        secret = page.find("dialog .codes").text
        self.assertTrue(secret.startswith("whsec_"))
        page.press(Keys.ESCAPE)
        page.find(".lines strong", "mill")
        self.assertNotIn(secret, page.run("return document.documentElement.outerHTML"))
        self.assertEqual([one["rules"] for one in api("GET", "/api/webhooks")["data"]], [["keyword"]])
        page.click(".lines button", "Turn off")
        page.find(".lines li.gone small", "off")
        page.click(".lines a", "mill")
        page.find("section h3", "mill")
        page.find(".empty", "Nothing yet.")
        page.click(".button", "Webhooks")
        page.click(".lines [aria-label='Delete mill']")
        page.click("dialog button.danger")
        page.gone(".lines strong", "mill")
        self.assertEqual(api("GET", "/api/webhooks")["data"], [])

    def test_a_server_without_mail_and_push_is_quiet_of_them(self):
        page, _, _ = self.someone("/notifications")
        for part in ("/api/notifications/email", "/api/push/key"):
            page.answer(part, 404, {"title": "Not found"})
        page.go("/notifications/delivery")
        page.find(".empty", "neither e-mail nor push")
        self.assertEqual(page.texts(".notice.error"), [])
        page.reload()

    def test_a_server_without_notifications_offers_none(self):
        page = self.fresh()
        page.cdp("Page.addScriptToEvaluateOnNewDocument", source="""const real = self.fetch; self.fetch = async (...asked) => String(asked[0]).startsWith('/api/notifications')
          ? new Response('{"title":"Not found"}', { status: 404, headers: { 'Content-Type': 'application/problem+json' } }) : real(...asked);""")
        page.sign_in("carol")
        page.wait("no such view", "return !document.querySelector('.sidebar footer a[href=\"#/notifications\"]')")
        self.assertEqual(page.texts(".notice"), [])

    def test_mail_is_set_as_the_server_takes_it(self):
        page, _, _ = self.someone("/notifications")
        page.answer("/api/push/key", 404, {})
        page.run("""self.sent = []; let kept = { address: "h@example.org", state: "unconfirmed", mode: "off", digest_at: "08:00", delay_seconds: 300, last_refusal: { at: "2026-11-20T08:00:00.000Z", reason: "550 5.1.1 No such user" } };
          const real = self.fetch; self.fetch = async (url, options = {}) => {
            if (!String(url).startsWith('/api/notifications/email')) return real(url, options);
            if (options.method !== 'GET') { self.sent.push([options.method, url, JSON.parse(options.body || 'null')]); kept = { ...kept, ...(options.method === 'PATCH' && JSON.parse(options.body)) }; }
            return new Response(JSON.stringify(kept), { headers: { 'Content-Type': 'application/json' } }); };""")
        page.go("/notifications/delivery")
        page.find("section p", "h@example.org is not confirmed yet")
        page.find("section p", "2026")
        page.find("section p", "550 5.1.1 No such user")
        page.click("button", "Send the link again")
        page.find(".notice", "on its way")
        page.click("[name=mode] option", "all of a day")
        page.run("document.querySelector('[name=digest_at]').value = '07:15'")
        page.click("form button.primary")
        page.find(".notice", "Saved.")
        self.assertEqual(page.run("return self.sent"), [["POST", "/api/notifications/email/confirmation", {}], ["PATCH", "/api/notifications/email", {"mode": "digest", "digest_at": "07:15"}]])
        page.reload()

    def test_an_account_without_an_address_gets_one_for_its_mail(self):
        page, _, _ = self.someone("/notifications")
        page.answer("/api/push/key", 404, {})
        page.run("""self.sent = []; let kept = { address: null, state: "none", mode: "at_once", digest_at: "08:00", delay_seconds: 300 };
          const real = self.fetch; self.fetch = async (url, options = {}) => {
            if (!String(url).startsWith('/api/notifications/email')) return real(url, options);
            if (options.method === 'PATCH') { self.sent.push(JSON.parse(options.body)); kept = { ...kept, ...JSON.parse(options.body), state: "unconfirmed" }; }
            return new Response(JSON.stringify(kept), { headers: { 'Content-Type': 'application/json' } }); };""")
        page.go("/notifications/delivery")
        page.find("section p", "has no e-mail address")
        page.type("[name=address]", "h@example.org")
        page.click("form button.primary")
        page.find("section p", "h@example.org is not confirmed yet")
        self.assertEqual(page.run("return self.sent"), [{"mode": "at_once", "address": "h@example.org", "delay_seconds": 300}])
        page.reload()

    def test_a_link_of_an_e_mail_does_nothing_before_a_click(self):
        page = self.fresh()
        page.open("#/email/unsubscribe?token=abc%22%3E")
        page.find("h1", "No more e-mail")
        page.run("""self.sent = []; const real = self.fetch; self.fetch = async (url, options = {}) => String(url).includes('/email/')
          ? (self.sent.push(String(url)), new Response(null, { status: 204 })) : real(url, options);""")
        self.assertEqual(page.run("return self.sent"), [])
        page.click("form button.primary")
        page.find("[role=status]", "Nothing is mailed any more.")
        self.assertEqual(page.run("return self.sent"), ["/api/notifications/email/unsubscribe?token=abc%22%3E"])


class Push(WebTest):
    """The service worker is given what a push service would give it."""

    def begin(self):
        page = self.fresh()
        page.cdp("Browser.grantPermissions", origin=self.server.url, permissions=["notifications"])
        page.sign_in("bob")
        page.wait("the service worker", "return navigator.serviceWorker.getRegistration().then((one) => one?.active?.state === 'activated')")
        self.bring(page, {"title": "probe", "tag": "probe"}, lambda: self.shown(page))
        worker.evaluate(page, "for (const one of await self.registration.getNotifications()) one.close()")
        until("an empty screen", lambda: not self.shown(page))
        return page

    def bring(self, page, told, arrived):
        """Pushes until it has arrived: the browser drops what comes while it starts or stops the worker."""
        def look():
            self.push(page, told)
            try:
                return until("it", arrived, 2)
            except AssertionError:
                return None
        until(f"what is pushed: {told}", look, 20)

    def push(self, page, told):
        worker.push(page, told if isinstance(told, str) else json.dumps(told))

    def shown(self, page):
        return page.driver.execute_async_script("""const done = arguments[0];
          navigator.serviceWorker.ready.then((one) => one.getNotifications()).then((all) => done(all.map((one) => [one.title, one.body, one.tag, one.data.page])));""")

    def press(self, page, title):
        worker.evaluate(page, """const [title] = arguments_;
          const notification = (await self.registration.getNotifications()).find((one) => one.title === title);
          self.dispatchEvent(new NotificationEvent('notificationclick', { notification }));""", title)

    def test_what_is_pushed_is_shown_and_a_click_leads_there_and_nowhere_else(self):
        chat = self.alice.chat("pushed", self.bob)
        message = self.alice.say(chat, "come and see")
        page = self.begin()
        self.bring(page, {"title": "alice in pushed", "body": "come and see", "url": f"/api/chats/{chat}/messages/{message}", "tag": "n1", "unread": 3},
                   lambda: self.shown(page) == [["alice in pushed", "come and see", "n1", f"/c/{chat}/m/{message}"]])
        self.press(page, "alice in pushed")
        page.find(".main article.found", "come and see")
        for number, url in enumerate(("https://evil.example/", "//evil.example/#/c/1", "javascript:pwned(60)", "/api/chats/1/../../web/session", "/#//evil.example/", "", None, 7, {"x": 1}, "data:text/html,x")):
            self.bring(page, {"title": f"evil {number}", "url": url, "tag": f"evil {number}"}, lambda: [one[3] for one in self.shown(page) if one[0] == f"evil {number}"] == ["/notifications"])
        self.press(page, "evil 0")
        page.wait("the inbox", "return location.hash === '#/notifications'")
        self.assertEqual(len(page.driver.window_handles), 1)

    def test_what_is_no_json_is_shown_all_the_same(self):
        page = self.begin()
        for told in ("no json", "[1]", '"x"', "null", '{"title": {"x": 1}, "body": ["<b>"]}'):
            before = len(self.shown(page))
            self.bring(page, told, lambda: len(self.shown(page)) > before)
        self.assertEqual({tuple(one[:2]) for one in self.shown(page)}, {("NetBit", "")})

    def test_permission_is_asked_for_by_a_click_and_the_address_told_to_the_server(self):
        page = self.fresh()
        page.cdp("Page.addScriptToEvaluateOnNewDocument", source="""
          self.asked = []; self.sent = [];
          Notification.requestPermission = async () => { self.asked.push('permission'); return 'granted'; };
          PushManager.prototype.subscribe = async (options) => { self.asked.push([options.userVisibleOnly, new Uint8Array(options.applicationServerKey).length]);
            return { toJSON: () => ({ endpoint: 'https://push.invalid/1', expirationTime: null, keys: %s }) }; };
          const real = self.fetch; self.fetch = (url, options = {}) => {
            if (String(url).startsWith('/api/push/') && options.method !== 'GET') self.sent.push([options.method, url, JSON.parse(options.body || 'null')]);
            return real(url, options); };""" % json.dumps(browser_keys))
        page.sign_in("bob")
        page.go("/notifications/delivery")
        page.find(".subscribe")
        self.assertEqual(page.run("return self.asked"), [])
        page.click(".subscribe")
        page.find(".lines strong", "Chromium · Linux")
        self.assertEqual(page.run("return self.asked"), [[True, 65]])
        self.assertEqual(page.run("return self.sent[0]"), ["POST", "/api/push/subscriptions", {"endpoint": "https://push.invalid/1", "keys": browser_keys, "name": "Chromium · Linux"}])
        made = self.bob("GET", "/api/push/subscriptions")["data"][0]["id"]
        page.click(".lines button", "Try it")
        page.find(".notice", "A push is on its way.")
        page.click(".lines [aria-label^=Delete]")
        page.gone(".lines strong")
        self.assertEqual([one[:2] for one in page.run("return self.sent")][1:], [["POST", f"/api/push/subscriptions/{made}/test"], ["DELETE", f"/api/push/subscriptions/{made}"]])


if __name__ == "__main__":
    unittest.main()
