"""Script in every field that a browser shows. Whatever is shown, nothing runs, nothing is fetched, and the text is there as a text."""
import json
import os
import unittest
import urllib.parse

from server import Api, PASSWORD
from stage import png, WebTest
from working import WorkingCopy

ATTACKS = [
    "<script>pwned(1)</script>", "<img src=x onerror=pwned(2)>", "\"><svg onload=pwned(3)>", "<a href=\"javascript:pwned(4)\">x</a>",
    "[click](javascript:pwned(5))", "[click](JaVaScRiPt&#58;pwned(6))", "![x](https://evil.example/p.png)", "![x](\"onerror=\"pwned(7))",
    "<iframe srcdoc=\"<script>parent.pwned(8)</script>\"></iframe>", "<math><mtext><table><mglyph><style><img src=x onerror=pwned(9)>",
    "<style>@import 'https://evil.example/x.css';</style>", "[x](data:text/html,<script>pwned(10)</script>)", "<base href=https://evil.example/>",
    "<form action=https://evil.example/><button>go</button></form>", "<details open ontoggle=pwned(11)>", "</textarea><script>pwned(12)</script>",
    "{{constructor.constructor('pwned(13)')()}}", "<x-a autofocus tabindex=1 onfocus=pwned(14)>", "`</code><img src=x onerror=pwned(15)>`",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>", "\u202e<b>txt.exe", "[a]: javascript:pwned(16)\n[a]", "<https://evil.example/\"onclick=pwned(17)>",
]
NAME = "<img src=x onerror=pwned(0)>"
ILL = """
const bad = [...document.querySelectorAll("script:not([src^='/web/']), iframe, object, embed, base, form[action], style, meta[http-equiv], [srcdoc], svg *:not(path)")].map((one) => one.outerHTML);
for (const one of document.querySelectorAll("*")) for (const { name, value } of one.attributes)
  if (name.startsWith("on") || (["href", "src"].includes(name) && /^(javascript|data:text|vbscript)/i.test(value.trim()))) bad.push(one.outerHTML.slice(0, 200));
for (const one of document.querySelectorAll("img")) if (!/^(blob:|\\/web\\/)/.test(one.getAttribute("src"))) bad.push(one.outerHTML);
return bad;
"""


class Attacks(WebTest):
    def look(self, page, path, there, text=None):
        page.go(path)
        page.find(there, text)
        self.assertEqual(page.run(ILL), [], path)
        self.assertEqual(page.complaints(), [], path)

    def test_script_in_every_field_is_text(self):
        mallory = self.server.add_user("mallory")
        mallory("PATCH", "/api/user/profile", {"display_name": NAME, "about": NAME})
        mallory("PUT", "/api/user/status", {"text": NAME, "emoji": "<b>"})
        chat = mallory.chat(NAME, self.bob, topic=NAME, description=NAME, visibility="public")
        ids = [mallory.say(chat, attack) for attack in ATTACKS]
        file = json.loads(mallory.raw("POST", "/api/files?name=%3Cimg%20src%3Dx%20onerror%3Dpwned(20)%3E.svg",
                                      b"<svg xmlns='http://www.w3.org/2000/svg' onload='pwned(21)'/>")[2])
        picture = json.loads(mallory.raw("POST", "/api/files?name=%22onload%3Dpwned(22).png", png(20, 20))[2])
        mallory.say(chat, NAME, attachments=[file["id"], picture["id"]])
        for attack in ATTACKS[:6]:
            mallory.say(chat, attack, reply_to=ids[0])
        mallory("PUT", f"/api/chats/{chat}/messages/{ids[1]}/pin")
        mallory("PATCH", f"/api/chats/{chat}/messages/{ids[2]}", {"content": NAME})
        self.bob("PUT", f"/api/chats/{chat}/draft", {"content": "</textarea>" + NAME})
        direct = mallory("POST", "/api/chats", {"chat_type": "direct", "participants": [self.bob.id]})["id"]
        mallory.say(direct, NAME)
        session = self.server.anyone()("POST", "/api/auth/login", {"username": "bob", "password": PASSWORD}, {"User-Agent": NAME})
        Api(self.server, session["access_token"])("POST", "/api/user/tokens", {"name": NAME, "scopes": ["read"]})
        # A webhook's own name takes no markup; what it says does.
        secret = mallory("POST", f"/api/chats/{chat}/hooks", {"name": "mill"})
        self.server.anyone()("POST", secret["path"], {"text": NAME})

        page = self.at("bob")
        page.find(".chats strong", NAME)
        self.look(page, f"/c/{chat}", ".main article .file", "pwned(20)")
        self.assertIn("{{constructor.constructor('pwned(13)')()}}", page.messages())
        page.wait("the draft", "return document.querySelector('.main .composer textarea').value.includes('</textarea>')")
        page.find(".main .picture img")
        self.look(page, f"/c/{chat}/t/{ids[0]}", ".thread .day")
        self.look(page, f"/c/{chat}/pins", ".panel article")
        self.look(page, f"/c/{chat}/members", ".panel li", NAME)
        self.look(page, f"/c/{direct}", ".main h2", NAME)
        self.look(page, "/search", ".search input")
        page.type(".search input", "pwned")
        page.find(".result mark.found", "pwned")
        self.assertEqual(page.run(ILL), [])
        self.look(page, "/account", ".lines strong", NAME)
        self.look(page, f"/c/{chat}/m/{ids[3]}", ".main article.found")
        page.click(".main [aria-label='Settings of this chat']")
        page.find("dialog h2", NAME)
        self.assertEqual(page.run(ILL), [])

    def test_script_in_every_field_of_a_project_is_text(self):
        eve = self.server.add_user("eveline")
        project = eve("POST", "/api/projects/create", {"name": "evil", "description": NAME, "is_public": True})["url"]
        eve("POST", project + "/members", {"user_id": self.bob.id, "role": "developer"})
        label = eve("POST", project + "/labels", {"name": NAME, "colour": "#ff0000", "description": NAME})
        milestone = eve("POST", project + "/milestones", {"title": NAME, "description": NAME})
        eve("POST", project + "/repos/create", {"name": "r", "description": NAME})
        for attack in ATTACKS:
            eve("POST", project + "/issues", {"title": attack.replace("\n", " "), "body": attack + "\n\n" + NAME})
        eve("PATCH", project + "/issues/1", {"labels": [label["name"]], "milestone_id": milestone["id"], "assignees": [self.bob.id]})
        for attack in ATTACKS:
            eve("POST", project + "/issues/1/comments", {"body": attack + " #2"})
        board = eve("POST", project + "/boards", {"name": NAME, "columns": [NAME, "\"onload=pwned(40)"]})
        for number in range(1, len(ATTACKS) + 1):
            eve("PUT", f"{project}/boards/{board['id']}/cards/{number}", {"column_id": board["columns"][0]["id"]})
        chat = eve.chat("of evil", self.bob)
        message = eve.say(chat, NAME)
        eve("POST", f"/api/chats/{chat}/messages/{message}/issue", {"owner": "eveline", "project": "evil"})

        page = self.at("bob")
        self.look(page, "/projects", ".project-line", NAME)
        self.look(page, "/p/eveline/evil", ".project-line", NAME)
        self.look(page, "/p/eveline/evil/activity", ".activity", NAME)
        self.look(page, "/p/eveline/evil/issues", ".issue-line", "constructor.constructor")
        self.look(page, "/p/eveline/evil/issues/1", ".said", "constructor.constructor")
        self.look(page, "/p/eveline/evil/board", ".column h3", NAME)
        self.look(page, "/p/eveline/evil/new", "[name=title]")
        self.look(page, f"/c/{chat}", ".issue-chip", NAME)
        page.run("location.hash = '/p/eveline%22onload=pwned(41)/%3Cimg%20src=x%20onerror=pwned(42)%3E/issues'")
        page.find(".chat-head", "pwned(42)")
        self.assertEqual(page.run(ILL), [])

    def test_script_in_every_field_of_code_is_text(self):
        mill = self.server.add_user("millicent")
        project = mill("POST", "/api/projects/create", {"name": "code", "is_public": True})["url"]
        mill("POST", project + "/members", {"user_id": self.bob.id, "role": "developer"})
        mill("POST", project + "/repos/create", {"name": "r", "description": NAME, "is_public": True})
        copy = WorkingCopy(self.server, mill, "millicent/code/r")
        self.addCleanup(copy.close)
        branch = "<img/src=x/onerror=pwned(50)>"
        folder = "<img src=x onerror=pwned(51)>"
        text = "\n".join(ATTACKS) + "\n"
        words = "\n\n".join(ATTACKS)
        first = copy.commit(NAME + "\n\n" + text, {f"{folder}/'\"><script>pwned(52)</script>": text, "README.md": words, os.fsdecode(b"\xff<b>"): "x\n"})
        copy.git("tag", "-a", "-m", NAME, branch)
        copy.push("main", branch)
        copy.git("checkout", "-q", "-b", branch)
        head = copy.commit("<script>pwned(53)</script>", {f"{folder}/'\"><script>pwned(52)</script>": NAME + "\n" + text})
        copy.push(f"refs/heads/{branch}")
        pull = mill("POST", project + "/r/pulls", {"title": NAME, "body": words, "base": "main", "head": branch})["number"]
        path = f"{folder}/'\"><script>pwned(52)</script>"
        mill("POST", f"{project}/r/pulls/{pull}/comments", {"body": words, "path": path, "side": "new", "line": 1})
        mill("POST", f"{project}/r/pulls/{pull}/reviews", {"verdict": "comment", "body": words})
        mill("POST", f"{project}/r/commits/{head}/statuses", {"state": "success", "context": NAME, "description": NAME, "target_url": "https://evil.example/"})

        page = self.at("bob")
        at = "/p/millicent/code/code/r"
        query = urllib.parse.urlencode({"path": path, "ref": branch}, quote_via=urllib.parse.quote)
        self.look(page, at, ".readme", "constructor.constructor")
        self.look(page, f"{at}?path={urllib.parse.quote(folder)}", ".entry-name", "pwned(52)")
        self.look(page, f"{at}?{query}", ".code-line", "pwned(16)")
        self.look(page, f"{at}/blame?{query}", ".whence", "pwned(53)")
        self.look(page, f"{at}/commits?{query}", ".commit-line", "pwned(53)")
        self.look(page, f"{at}/commit/{first}", ".diff", "pwned(17)")
        self.look(page, f"{at}/refs", ".lines strong", "pwned(50)")
        self.look(page, f"{at}/pulls", ".issue-line", NAME)
        self.look(page, f"{at}/pulls/{pull}", ".line-thread .content", "constructor.constructor")
        self.look(page, f"{at}/pulls/{pull}?view=commits", ".commit-line", "pwned(53)")
        self.look(page, f"{at}/pulls/{pull}?view=diff", ".talk .said", "constructor.constructor")
        self.look(page, f"{at}/compare?head={urllib.parse.quote(branch)}", ".diff", NAME)
        self.look(page, "/p/millicent/code/pulls", ".issue-line", NAME)
        page.go(at)
        page.click(".entry", "<b>")  # a name that is no text leads to its file, too
        page.find(".code-line", "x")

    def test_an_address_leads_nowhere_else(self):
        page = self.at("bob")
        for path in ("//evil.example/", "/c/1%3Cscript%3Epwned(30)%3C/script%3E", "/search?q=%3Cimg%20src%3Dx%20onerror%3Dpwned(31)%3E",
                     "/register?invite=%22%3E%3Cimg%20src%3Dx%20onerror%3Dpwned(32)%3E", "javascript:pwned(33)", "/reset?token=%22onload=pwned(34)"):
            page.go(path)
            page.wait("a view", "return !!document.querySelector('.main, .card')")
            self.assertEqual(page.run(ILL), [], path)
            self.assertTrue(page.driver.current_url.startswith(self.server.url), path)

    def test_no_page_may_frame_it_and_markup_cannot_be_inserted(self):
        page = self.at("bob")
        refused = page.run("""
          const out = [];
          try { document.body.insertAdjacentHTML('beforeend', '<b>x</b>'); out.push('inserted'); } catch (error) { out.push(error.name); }
          try { trustedTypes.createPolicy('other', {}); out.push('policy'); } catch (error) { out.push(error.name); }
          return out;""")
        self.assertEqual(refused, ["TypeError", "TypeError"])
        page.wait("the reports", "return self.violations.length >= 2")
        page.run("self.violations = []")


if __name__ == "__main__":
    unittest.main()
