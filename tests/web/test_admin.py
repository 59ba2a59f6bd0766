"""What an administrator sees and does."""
import unittest

from selenium.webdriver.common.keys import Keys

from server import until
from stage import WebTest


class Administration(WebTest):
    def plugin(self, name):
        return self.admin("GET", f"/api/admin/plugins/{name}")

    def test_users_are_added_invited_and_shut_out(self):
        page = self.at("admin", "/")
        page.click(".sidebar footer a", "Admin")
        page.find(".lines strong", "alice")
        page.type("section:nth-of-type(2) [name=email]", "hedy@example.org")
        page.click("section:nth-of-type(2) button[type=submit]")
        self.assertIn("/#/register?invite=", page.find("dialog .codes").text)
        page.press(Keys.ESCAPE)
        page.find(".lines strong", "hedy@example.org")
        page.type("section:first-child form [name=username]", "ivan")
        page.type("section:first-child form [name=email]", "ivan@example.org")
        page.type("section:first-child form [name=password]", "ivan's own password")
        page.click("section:first-child form button[type=submit]")
        page.find(".lines strong", "ivan")
        self.assertIn("ivan", [one["username"] for one in self.alice("GET", "/api/users?q=ivan")["data"]])
        page.type("section:first-child input[type=search]", "ivan")
        until("ivan alone", lambda: page.texts("section:first-child .lines strong") == ["ivan"])
        page.click("section:first-child .lines button.danger", "Deactivate")
        page.click("dialog button.danger")
        page.find("section:first-child .lines button", "Let in again")
        self.assertEqual(self.server.anyone().raw("POST", "/api/auth/login", {"username": "ivan", "password": "ivan's own password"})[0], 401)
        page.click(".tabs a", "Rights")
        page.find(".lines strong", "admin: user.")

    def test_plugins_are_reloaded_stopped_and_started_and_show_their_ledgers(self):
        page = self.at("admin", "/admin/plugins")
        page.find("[data-plugin=chat] .condition.good")
        page.click("[data-plugin=chat] button.quiet")
        page.find("[data-plugin=chat] .ledger dd")
        self.assertEqual([one for one in page.texts("[data-plugin=chat] button") if one == "Disable"], [], "the server cannot do without it")
        before = self.plugin("udp")["generation"]
        page.click("[data-plugin=udp] button", "Load anew")
        page.find(".notice", "udp is loaded anew")
        self.assertGreater(self.plugin("udp")["generation"], before)
        page.click("[data-plugin=udp] button.danger", "Disable")
        page.click("dialog button.danger")
        page.find("[data-plugin=udp] .condition", "disabled")
        self.assertEqual(self.plugin("udp")["state"], "disabled")
        page.click("[data-plugin=udp] button.primary", "Enable")
        page.find("[data-plugin=udp] .condition.good")
        self.assertEqual(self.plugin("udp")["state"], "live")
        page.click("button", "Read the settings again")
        page.find(".notice", "The settings are read")
        page.click(".tabs a", "Log")
        page.find(".log li", "An admin changes the plugins.")

    def test_figures_grow_while_one_looks(self):
        page = self.at("admin", "/admin/figures")
        page.find("[data-figure=memory] .now", "MB")
        points = "return document.querySelector('[data-figure=requests] .curve').getAttribute('d').split('L').length"
        page.wait("a line", points + " >= 2")
        self.assertIn("HTTP requests: ", page.run("return document.querySelector('[data-figure=requests] svg').getAttribute('aria-label')"))
        self.assertEqual(page.all(".facts .chip")[0].text.split()[0], "NetBit")

    def test_the_log_is_shown_as_it_grows_and_filtered(self):
        page = self.at("admin", "/admin/log")
        page.find(".log li", "msg=Serving")
        self.admin("POST", "/api/admin/plugins/files/reload", {})
        page.find(".log li", "plugin=files")
        page.click("[name=level] option", "error")
        page.gone(".log li", "msg=Serving")
        page.click("[name=level] option", "everything")
        page.type("main input[type=search]", "serving")
        until("one line", lambda: len(page.all(".log li")) == 1)

    def test_nobody_else_gets_there(self):
        page = self.at("alice", "/admin/plugins")
        page.find(".welcome")
        self.assertEqual([one for one in page.texts(".sidebar footer a") if "Admin" in one], [])
        for method, path in (("GET", "plugins"), ("GET", "status"), ("GET", "log"), ("POST", "reload"), ("POST", "plugins/udp/disable")):
            self.assertEqual(self.alice.raw(method, f"/api/admin/{path}", {} if method == "POST" else None)[0], 403, path)
        self.assertEqual(self.admin.raw("POST", "/api/admin/plugins/chat/disable", {})[0], 409)
        self.assertEqual(self.admin.raw("GET", "/api/admin/log?after=x")[0], 422)


if __name__ == "__main__":
    unittest.main()
