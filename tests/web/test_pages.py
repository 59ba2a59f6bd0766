"""What holds for every page of projects, code and administration: names for all, nothing cut off on a phone, fetched when needed."""
import json
import unittest

from stage import Stage, WebTest
from test_chat import NAMELESS
from working import WorkingCopy


TOO_WIDE = """
const edge = innerWidth;
return [...document.querySelectorAll(".work-body *, .sections *")].filter((one) => one.getBoundingClientRect().right > edge + 1 && !one.closest(".table, .code-lines, .diff-scroll, .columns"))
  .slice(0, 5).map((one) => one.outerHTML.slice(0, 120));
"""


class Pages(WebTest):
    paths = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if Pages.paths:
            return
        alice = Stage.people["alice"]
        long = "a-name-as-long-as-somebody-may-want-it-to-be-in-a-place-that-is-narrow"
        project = alice("POST", "/api/projects/create", {"name": long, "description": "words " * 40})["url"]
        alice("POST", project + "/labels", {"name": "x" * 60, "colour": "#aa3344"})
        alice("POST", project + "/issues", {"title": "y" * 280, "body": "z" * 400 + "\n\n|" + " column |" * 20 + "\n|" + " - |" * 20 + "\n", "labels": ["x" * 60]})
        alice("POST", project + "/issues/1/comments", {"body": "`" + "c" * 300 + "`"})
        board = alice("POST", project + "/boards", {"name": "Board", "columns": ["w" * 90, "Second", "Third"]})
        alice("PUT", f"{project}/boards/{board['id']}/cards/1", {"column_id": board["columns"][0]["id"]})
        alice("POST", project + "/repos/create", {"name": "tools"})
        copy = WorkingCopy(Stage.server, alice, f"alice/{long}/tools")
        try:
            file = "folder/" + "f" * 120 + ".txt"
            copy.commit("m" * 200, {file: "l" * 500 + "\n", "README.md": "# " + "r" * 200})
            copy.push("main")
            copy.git("checkout", "-q", "-b", "b" * 100)
            head = copy.commit("change", {file: "n" * 500 + "\nmore\n"})
            copy.push("b" * 100)
        finally:
            copy.close()
        pull = alice("POST", project + "/tools/pulls", {"title": "p" * 200, "base": "main", "head": "b" * 100})["number"]
        alice("POST", f"{project}/tools/pulls/{pull}/comments", {"body": "k" * 300, "path": file, "side": "new", "line": 2})
        alice("POST", "/api/notifications", {"name": "n" * 290, "content": "o" * 400})
        alice("PUT", "/api/notifications/rules", {"keywords": ["k" * 90], "quiet_hours": [{"from": "22:00", "to": "07:00"}], "levels": [{"scope": "project", "id": alice("GET", project)["project"]["id"], "level": "all"}]})
        hook = alice("POST", "/api/webhooks", {"name": "h" * 90, "url": "https://hooks.example.org/" + "u" * 300})["id"]
        page = f"/p/alice/{long}"
        code = f"{page}/code/tools"
        Pages.paths = (
            ("/projects", ".project-line"), (page, ".activity li"), (page + "/issues", ".issue-line"), (page + "/issues/1", ".said th"), (page + "/new", "form"),
            (page + "/board", ".issue-card"), (page + "/pulls", ".issue-line"), (page + "/members", ".lines li"), (page + "/activity", ".activity li"),
            (code, ".readme h4"), (f"{code}?path={file}", ".code-line"), (f"{code}/blame?path={file}", ".whence"), (code + "/commits", ".commit-line"),
            (f"{code}/commit/{head}", ".diff"), (code + "/refs", ".lines li"), (code + "/pulls", ".issue-line"), (f"{code}/pulls/{pull}", ".line-thread"),
            (f"{code}/pulls/{pull}?view=diff", ".talk"), (f"{code}/compare?head={'b' * 100}", ".diff"),
            ("/notifications", ".notice-line"), ("/notifications/rules", ".quiet-hours"), ("/notifications/webhooks", ".lines li"), (f"/notifications/webhooks/{hook}", "section h3"))

    def through(self, browser, paths):
        """Looks at each page: all that is pressed or filled has a name, and the page is not wider than the screen."""
        for path, there in paths:
            browser.go(path)
            browser.find(there)
            self.assertEqual(browser.run(NAMELESS), [], path)
            width = browser.run("return Math.max(document.documentElement.scrollWidth - innerWidth, ...[...document.querySelectorAll('.work-body, .sections')].map((one) => one.scrollWidth - one.clientWidth))")
            self.assertLessEqual(width, 0, (path, browser.run(TOO_WIDE)))

    def test_every_page_fits_a_wide_screen_and_a_phone_and_names_what_is_pressed(self):
        alice = self.at("alice")
        self.addCleanup(alice.size, 1280, 900)
        for width, height in ((1280, 900), (390, 844)):
            alice.size(width, height)
            self.through(alice, self.paths)

    def test_an_administrators_pages_do_too(self):
        admin = self.fresh(width=390, height=844)
        admin.sign_in("admin")
        self.through(admin, (("/admin", ".lines li"), ("/admin/plugins", ".plugin"), ("/admin/figures", ".figure"), ("/admin/log", ".log li"), ("/admin/audit", ".lines li")))
        admin.go("/admin/plugins")
        admin.click("[data-plugin=chat] button.show-ledger")
        admin.find(".ledger")
        admin.click("[data-plugin=tcp] button.show-settings")
        self.through(admin, ((("/admin/plugins"), ".ledger"), ("/admin/plugins", "[data-setting]")))

    def test_no_style_of_these_pages_is_meant_for_messages(self):
        chat = self.alice.chat("plain", self.bob)
        self.bob.say(chat, "words")
        alice = self.at("alice", f"/c/{chat}")
        look = "const style = getComputedStyle(arguments[0]); return [style.whiteSpace, style.margin, style.color === getComputedStyle(document.body).color]"
        self.assertEqual(alice.run(look, alice.find("article.message", "words")), ["normal", "0px", True])

    def test_what_is_not_looked_at_is_not_fetched(self):
        browser = self.fresh()
        browser.sign_in("bob")
        def fetched():
            lines = [json.loads(line["message"])["message"] for line in browser.driver.get_log("performance")]
            return [one["params"]["request"]["url"].split("/web/")[1] for one in lines if one["method"] == "Network.requestWillBeSent" and "/web/" in one["params"]["request"]["url"]]
        before = fetched()
        self.assertIn("app.js", before)
        self.assertEqual([name for name in before if name.startswith(("pages-", "level-", "mailed-"))], [])
        browser.go("/projects")
        browser.find(".work-body")
        self.assertEqual(len([name for name in fetched() if name.startswith("pages-")]), 1)


if __name__ == "__main__":
    unittest.main()
