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
        page.click("[data-plugin=chat] button.show-ledger")
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

    def test_a_plugins_settings_are_written_and_in_force_and_what_is_wrong_is_told(self):
        page = self.at("admin", "/admin/plugins")
        page.click("[data-plugin=tcp] button.show-settings")
        page.find("[data-setting='tcp.max_pipelined'] small", "1 to 65536")
        page.type("[name=max_pipelined]", "77", clear=True)
        page.click("[data-plugin=tcp] form button.primary")
        page.find(".notice", "Written, and in force.")
        path = "/api/admin/plugins/tcp/settings"
        value = lambda name: next(one for one in self.admin("GET", path)["data"] if one["name"] == name)  # noqa: E731
        self.assertEqual((value("max_pipelined")["value"], value("max_pipelined")["default"]), ("77", "1024"))
        self.assertIn("netbit.properties:", value("max_pipelined")["place"])
        with open(f"{self.server.data}/netbit.properties", encoding="utf-8") as file:
            self.assertEqual(file.read(), "# The settings of a test's server.\ntcp.max_pipelined = 77\n")
        page.run("document.querySelector('[data-plugin=tcp] form').noValidate = true")
        page.type("[name=max_depth]", "1000", clear=True)
        page.click("[data-plugin=tcp] form button.primary")
        page.find("[data-plugin=tcp] form [role=alert]", "tcp.max_depth")
        self.assertEqual(value("max_depth")["value"], "32")
        put = lambda name, body: self.admin.raw("PUT", f"{path}/{name}", body)  # noqa: E731
        for name, body, status in (("max_depth", {"value": 5}, 422), ("max_depth", {}, 422), ("max_depth", {"value": "5", "more": 1}, 422), ("max_depth", {"value": "5\nhttp.port = 1"}, 422),
                                   ("max_depth", b"[", 400), ("nothing", {"value": "1"}, 404), ("..%2Fnetbit", {"value": "1"}, 404), ("max_depth", {"value": "x" * 9000}, 422)):
            self.assertEqual(put(name, body)[0], status, (name, body, put(name, body)))
        self.assertEqual(self.admin.raw("PUT", "/api/admin/plugins/http/settings/port", {"value": "1"})[0], 404, "the host's own are not to be had here")
        self.assertEqual(self.alice.raw("PUT", f"{path}/max_depth", {"value": "5"})[0], 403)
        self.assertEqual(self.alice.raw("GET", path)[0], 403)
        self.assertEqual(value("max_depth")["value"], "32")

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
