"""Script in every field that a browser shows. Whatever is shown, nothing runs, nothing is fetched, and the text is there as a text."""
import http.server
import json
import os
import threading
import unittest
import urllib.parse

from selenium.webdriver.common.keys import Keys

from server import Api, PASSWORD, until
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
EVIL_ADDRESSES = ["https://evil.example/", "//evil.example/", "javascript:pwned(71)", "data:text/html,<script>pwned(72)</script>", "/web/session", "\\\\evil.example", "/#//evil.example", NAME]
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

    def test_script_in_every_field_of_notifications_is_text(self):
        vera = self.server.add_user("vera")
        self.bob("PUT", "/api/notifications/rules", {"default": "all", "keywords": [NAME, "<b>pwned</b>"]})
        self.addCleanup(self.bob, "PUT", "/api/notifications/rules", {})
        vera("PATCH", "/api/user/profile", {"display_name": NAME})
        chat = vera.chat(NAME, self.bob, topic=NAME)
        for attack in ATTACKS:
            vera.say(chat, attack)
            self.bob("POST", "/api/notifications", {"name": attack.replace("\n", " "), "content": attack + NAME})
        project = vera("POST", "/api/projects/create", {"name": "evil", "description": NAME})["url"]
        vera("POST", project + "/members", {"user_id": self.bob.id, "role": "developer"})
        vera("POST", project + "/issues", {"title": NAME, "body": "\n".join(ATTACKS), "assignees": [self.bob.id]})
        hook = self.bob("POST", "/api/webhooks", {"name": NAME, "url": "https://hooks.example.org/?<script>pwned(70)</script>"})
        self.addCleanup(self.bob, "DELETE", f"/api/webhooks/{hook['id']}")
        until("the inbox", lambda: self.bob("GET", "/api/notifications/count")["total"] > 2 * len(ATTACKS))

        page = self.at("bob")
        self.look(page, "/notifications", ".notice-line", NAME)
        page.click(".notice-list [aria-label='Why is it here?']")
        page.find("dialog .chain")
        self.assertEqual(page.run(ILL), [])
        page.press(Keys.ESCAPE)
        self.look(page, "/notifications/rules", "[name=keywords]")
        page.click(".simulate")
        page.find(".simulated .notice-line", NAME)
        self.assertEqual(page.run(ILL), [])
        self.look(page, "/notifications/webhooks", ".lines strong", NAME)
        self.look(page, f"/notifications/webhooks/{hook['id']}", "section h3", NAME)
        page.go(f"/c/{chat}")
        page.click(f".chat-head [aria-label^='What you hear of']")
        page.find("dialog .chain .decides")
        self.assertEqual(page.run(ILL), [])
        page.press(Keys.ESCAPE)
        # What another server's answers could say in these fields.
        for part, body, path, there in (
                ("/api/notifications/email", {"address": NAME, "state": "confirmed", "mode": "digest", "digest_at": NAME, "delay_seconds": NAME, "last_refusal": {"at": "2026-01-01T00:00:00Z", "reason": NAME}}, "/notifications/delivery", "section p"),
                ("/api/notifications?", {"data": [{"id": number, "kind": NAME, "name": NAME, "content": NAME, "rule": {"name": "keyword", "keyword": NAME}, "url": url, "created_at": "2026-01-01T00:00:00.000Z",
                                                   "read_at": None, "delivery": {"state": "now", "until": None}} for number, url in enumerate(EVIL_ADDRESSES)], "pagination": {}, "counts": {}},
                 "/notifications", ".notice-line")):
            page.go("/search")
            page.find(".search")
            page.answer(part, 200, body)
            self.look(page, path, there, NAME)
            self.assertEqual(page.all("a.notice-line"), [], "no such address leads anywhere")
            page.let_go()
        page.reload()

    def test_script_in_what_an_administrator_sees_is_text(self):
        uma = self.server.add_user("uma")
        uma("PATCH", "/api/user/profile", {"display_name": NAME})
        self.admin("PUT", "/api/admin/plugins/tcp/settings/address", {"value": "<img src=x onerror=pwned(80)>"})
        self.addCleanup(self.admin, "PUT", "/api/admin/plugins/tcp/settings/address", {"value": "127.0.0.1"})
        self.server.anyone().raw("POST", "/api/auth/login", {"username": NAME, "password": NAME}, {"User-Agent": NAME})
        page = self.at("admin")
        self.look(page, "/admin", ".lines strong", "uma")
        self.look(page, "/admin/audit", ".lines li")
        self.look(page, "/admin/log", ".log li")
        page.go("/admin/plugins")
        page.click("[data-plugin=tcp] button.show-settings")
        page.wait("the value", "return document.querySelector('[data-plugin=tcp] [name=address]')?.value.includes('pwned(80)')")
        self.assertEqual(page.run(ILL), [])

    def test_an_address_leads_nowhere_else(self):
        page = self.at("bob")
        for path in ("//evil.example/", "/c/1%3Cscript%3Epwned(30)%3C/script%3E", "/search?q=%3Cimg%20src%3Dx%20onerror%3Dpwned(31)%3E",
                     "/register?invite=%22%3E%3Cimg%20src%3Dx%20onerror%3Dpwned(32)%3E", "javascript:pwned(33)", "/?next=https://evil.example/", "/search?next=//evil.example", "/notifications/https:%2F%2Fevil.example", "/email/confirm?token=%22onload=pwned(35)&next=https://evil.example", "/reset?token=%22onload=pwned(34)"):
            page.go(path)
            page.wait("a view", "return !!document.querySelector('.main, .card')")
            self.assertEqual(page.run(ILL), [], path)
            self.assertTrue(page.driver.current_url.startswith(self.server.url), path)

    def test_the_server_sends_nobody_elsewhere(self):
        for path in ("/?next=https://evil.example/", "//evil.example/", "/web/..//evil.example", "/web/session?next=https://evil.example/", "/api/docs?next=//evil.example", "/%5cevil.example", "/.evil.example",
                     "/api/auth/oidc/corp/start?next=https://evil.example/", "/api/notifications/email/unsubscribe?token=x&next=https://evil.example/"):
            status, headers, _ = self.server.anyone().raw("GET", path)
            self.assertFalse(300 <= status < 400 and "evil" in headers.get("Location", ""), (path, status, headers))

    def other_origin(self, page, status=200):
        """An address of another origin that serves this page."""
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(status)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(page.encode())

            def log_message(self, *_):
                pass
        other = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=other.serve_forever)
        thread.start()

        def end():
            other.shutdown()
            thread.join()
            other.server_close()
        self.addCleanup(end)
        return f"http://localhost:{other.server_address[1]}/"  # another site than 127.0.0.1

    def test_no_page_of_another_origin_shows_it_in_a_frame(self):
        for path in ("/", "/web/app.js", "/api/docs"):
            headers = self.server.anyone().raw("GET", path)[1]
            self.assertIn("frame-ancestors 'none'", headers["Content-Security-Policy"], path)
        page = self.fresh()
        page.sign_in("bob")
        for path in ("/", "/api/docs"):
            page.driver.get(self.other_origin(f"<iframe src='{self.server.url}{path}'></iframe>").replace("localhost", "127.0.0.1"))
            tree = page.cdp("Page.getFrameTree")["frameTree"]
            until("the frame", lambda: page.cdp("Page.getFrameTree")["frameTree"]["childFrames"][0]["frame"].get("unreachableUrl"))
            self.assertEqual(len(tree["childFrames"]), 1)
        page.other_hosts()  # the page itself was one

    def test_a_page_of_another_origin_cannot_use_the_session(self):
        page = self.fresh()
        page.sign_in("bob")
        url = self.server.url
        # From another port of the same address the cookie would go along: SameSite knows no ports.
        page.driver.get(self.other_origin("""<form method=POST target=_self></form>""").replace("localhost", "127.0.0.1"))
        tried = page.driver.execute_async_script("""
          const [url, done] = arguments; const out = [];
          const ask = async (path, options) => { try { const reply = await fetch(url + path, { credentials: "include", ...options }); out.push([reply.type, reply.status]); } catch (error) { out.push(error.name); } };
          (async () => {
            await ask("/web/session", { method: "POST", headers: { "X-NetBit-Web": "1", "Content-Type": "application/json" }, body: "{}" });
            await ask("/web/session", { method: "DELETE", headers: { "X-NetBit-Web": "1" } });
            await ask("/web/session", { method: "POST", mode: "no-cors", headers: { "Content-Type": "text/plain" }, body: "{}" });
            await ask("/api/user/profile", {});
            await ask("/api/chats", { method: "POST", mode: "no-cors", headers: { "Content-Type": "text/plain" }, body: '{"name":"x","chat_type":"group","participants":[]}' });
            done(out);
          })();""", url)
        self.assertEqual(tried, ["TypeError", "TypeError", ["opaque", 0], "TypeError", ["opaque", 0]])
        page.other_hosts()
        page.open()
        page.find(".sidebar")  # the session is still there
        cookie = {"Cookie": "; ".join(f"{one['name']}={one['value']}" for one in page.cdp("Network.getAllCookies")["cookies"]), "Content-Type": "application/json", "X-NetBit-Web": "1"}
        for origin in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site", "Origin": url}):
            for method, body in (("POST", {}), ("DELETE", None)):
                status, headers, body = self.server.anyone().raw(method, "/web/session", body, {**cookie, **origin})
                self.assertEqual((status, b"foreign_origin" in body, "Set-Cookie" in headers), (403, True, False), origin)
        self.assertEqual(self.server.anyone().raw("GET", "/api/user/profile", headers=cookie)[0], 401, "a cookie is no token")
        self.assertEqual(self.server.anyone().raw("POST", "/web/session", {}, {**cookie, "Origin": url})[0], 200)

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
