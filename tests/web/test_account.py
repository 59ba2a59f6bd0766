"""One's own sessions, tokens, codes, files and data."""
import unittest

from server import Api, PASSWORD, until
from stage import WebTest
from test_session import code_of


class OwnThings(WebTest):
    names = 0

    def someone(self):
        """A user of the test's own, before a browser of their own."""
        OwnThings.names += 1
        name = f"owner{OwnThings.names}"
        api = self.server.add_user(name)
        page = self.fresh()
        page.sign_in(name)
        page.go("/account")
        return page, api, name

    def test_a_token_is_shown_once_does_what_it_may_and_is_revoked(self):
        page, _, _ = self.someone()
        page.type("section [name=name]", "reader")
        page.click("section [name=days] option", "30 days")
        self.assertEqual([one for one in page.texts(".switches label") if "administer" in one], [], "only who is an admin")
        page.click("button", "Make a token")
        token = page.find("dialog .codes").text
        page.click("dialog button", "Close")
        page.find(".lines strong", "reader")
        self.assertIn("until", page.find(".lines li", "reader").text)
        self.assertNotIn(token, page.run("return document.documentElement.outerHTML"))
        reader = Api(self.server, token)
        self.assertEqual(reader.raw("GET", "/api/user/profile")[0], 200)
        self.assertEqual(reader.raw("POST", "/api/projects/create", {"name": "x"})[0], 403)
        page.click("[aria-label='Revoke reader']")
        page.gone(".lines strong", "reader")
        self.assertEqual(reader.raw("GET", "/api/user/profile")[0], 401)

    def test_another_session_is_seen_and_ended(self):
        page, _, name = self.someone()
        other = self.server.anyone()("POST", "/api/auth/login", {"username": name, "password": PASSWORD}, {"User-Agent": "curl/8.0"})
        page.go("/")
        page.go("/account")
        page.find(".lines strong", "curl")
        page.click(".lines [aria-label='End this session']")
        page.gone(".lines strong", "curl")
        self.assertEqual(Api(self.server, other["access_token"]).raw("GET", "/api/user/profile")[0], 401)
        page.find(".lines .badge", "this one")

    def test_new_recovery_codes_replace_the_old(self):
        page, _, _ = self.someone()
        section = "section:nth-of-type(4)"
        page.type(f"{section} [name=password]", PASSWORD)
        page.click(f"{section} button", "Turn on")
        secret = page.find(f"{section} .codes").text.replace(" ", "")
        page.type(f"{section} [name=code]", code_of(secret))
        page.click(f"{section} button", "Confirm")
        first = page.find("dialog .codes").text.split()
        page.click("dialog [aria-label=Close]")
        page.click(f"{section} button", "New recovery codes")
        page.type("dialog [name=password]", PASSWORD)
        page.type("dialog [name=code]", first[0])
        page.click("dialog form button.primary")
        page.wait("other codes", "const codes = document.querySelector('dialog .codes')?.textContent; return codes && !codes.includes(arguments[0])", first[1])
        page.click("dialog [aria-label=Close]")
        page.find(f"{section} p", "10 recovery codes")

    def test_files_are_listed_and_deleted(self):
        page, api, _ = self.someone()
        api.raw("POST", "/api/files?name=notes.txt", b"words")
        page.go("/")
        page.go("/account")
        page.find(".lines strong", "notes.txt")
        page.click("[aria-label='Delete notes.txt']")
        page.click("dialog button.danger")
        page.gone(".lines strong", "notes.txt")
        self.assertEqual(api("GET", "/api/files")["data"], [])

    def test_an_account_is_erased_by_who_knows_the_password(self):
        page, _, name = self.someone()
        page.click("button.danger", "Erase the account")
        page.type("dialog [name=password]", "not this one")
        page.click("dialog form button.primary")
        page.find("dialog [role=alert]")
        page.type("dialog [name=password]", PASSWORD, clear=True)
        page.click("dialog form button.primary")
        page.find("button[type=submit]", "Sign in")
        self.assertEqual(self.server.anyone().raw("POST", "/api/auth/login", {"username": name, "password": PASSWORD})[0], 401)
        until("nothing kept", lambda: page.run("return localStorage.getItem('netbit.user')") is None)


if __name__ == "__main__":
    unittest.main()
