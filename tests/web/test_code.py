"""Repositories and pull requests, over what the real git has pushed."""
import concurrent.futures
import unittest

from selenium.webdriver.common.keys import Keys

from server import until
from stage import png, WebTest
from working import WorkingCopy

MAIN = "".join(f"line {number}\n" for number in range(1, 31))


class Code(WebTest):
    names = 0

    def setUp(self):
        super().setUp()
        Code.names += 1
        self.name = f"code{Code.names}"
        self.alice("POST", "/api/projects/create", {"name": self.name})
        self.project = f"/api/projects/alice/{self.name}"
        self.alice("POST", self.project + "/members", {"user_id": self.bob.id, "role": "developer"})
        self.alice("POST", self.project + "/repos/create", {"name": "tools"})
        self.api = self.project + "/tools"
        self.page = f"/p/alice/{self.name}/code/tools"
        self.copy = WorkingCopy(self.server, self.alice, f"alice/{self.name}/tools")
        self.addCleanup(self.copy.close)

    def begin(self):
        self.first = self.copy.commit("Begin\n\nWith a body.", {
            "README.md": "# Tools\n\nSee [main](src/main.txt).\n", "src/main.txt": MAIN, "picture.png": png(12, 12), "blob.bin": b"\0\1\2" * 40})
        self.copy.push("main")

    def branch(self, name, message="Change line 5", text=MAIN.replace("line 5\n", "line five\n")):
        self.copy.git("checkout", "-q", "-b", name, "main")
        head = self.copy.commit(message, {"src/main.txt": text})
        self.copy.push(name)
        return head

    def pull(self, head="change", **more):
        return self.alice("POST", self.api + "/pulls", {"title": "Spell it", "base": "main", "head": head, **more})["number"]

    def test_an_empty_repository_says_how_to_begin_and_shows_what_is_pushed_at_once(self):
        alice = self.at("alice", self.page)
        self.assertIn(f"git clone {self.server.url}/git/alice/{self.name}/tools.git", alice.find(".codes").text)
        self.begin()
        alice.find(".entry-name", "src")
        alice.find(".readme h4", "Tools")

    def test_a_repository_of_ones_own_is_made_outside_of_projects(self):
        alice = self.at("alice", "/projects")
        alice.click(".work-body button", "New repository")
        alice.fill(name=f"own{self.name}", description="Just mine")
        alice.click("dialog form button.primary")
        alice.find("h3", "Nothing was pushed here yet")
        copy = WorkingCopy(self.server, self.alice, f"alice/own{self.name}")
        self.addCleanup(copy.close)
        copy.commit("Begin", {"a/b.txt": "b\n"})
        copy.push("main")
        alice.click(".entry", "a")
        alice.click(".entry", "b.txt")
        alice.find(".code-line code", "b")
        alice.click(".tabs a", "Commits")
        alice.find(".commit-line", "Begin")
        alice.go("/projects")
        alice.find(".project-line", f"own{self.name}")

    def test_files_are_browsed_with_their_lines_at_any_branch_or_tag(self):
        self.begin()
        self.branch("change")
        self.copy.git("tag", "v1", "main")
        self.copy.push("v1")
        alice = self.at("alice", self.page)
        self.assertEqual(alice.find(".last-commit strong").text, "Begin")
        alice.click(".readme a", "main")
        alice.find(".crumbs strong", "main.txt")
        until("all lines", lambda: len(alice.all(".code-line")) == 30)
        alice.click(".code-line .number", "7")
        alice.find(".code-line.found", "line 7")
        alice.click(".ref-choice option", "change")
        alice.find(".code-line code", "line five")
        self.assertEqual(len(alice.all("[aria-current=page]:not(.view)")), 2, "one tab and one crumb are the current ones")
        alice.click(".ref-choice option", "v1")
        alice.gone(".code-line code", "line five")
        alice.click(".crumbs a", "src")
        alice.find(".entry-name", "main.txt")
        alice.click(".crumbs a", "tools")
        alice.click(".entry", "picture.png")
        alice.wait("the picture", "return document.querySelector('.whole')?.naturalWidth === 12")
        alice.go(self.page + "?path=blob.bin")
        alice.find(".file-box", "It is no text")
        alice.go(self.page + "?path=nothing")
        alice.find(".work-body [role=alert]")
        alice.go(self.page + "/blame?path=src%2Fmain.txt&ref=change")
        until("who wrote the lines", lambda: alice.texts(".whence .excerpt") == ["Begin", "Change line 5", "Begin"])
        alice.go(self.page + "/blame?path=src%2Fmain.txt&ref=main")
        until("who wrote them there", lambda: alice.texts(".whence .excerpt") == ["Begin"])
        alice.go(self.page + "/refs")
        alice.find(".lines strong", "change")
        alice.find(".lines strong", "v1")

    def test_a_revision_is_shown_as_the_chosen_one_also_where_the_list_of_them_comes_later(self):
        self.begin()
        self.branch("change")
        alice = self.at("alice", "/projects")
        alice.hold("/branches")
        alice.go(self.page + "?ref=change")
        alice.find(".last-commit strong", "Change line 5")
        alice.let_go()
        alice.find(".ref-choice option", "main")
        self.assertEqual(alice.run("return document.querySelector('.ref-choice select').value"), "change")

    def test_a_comparison_lists_the_heads_own_commits_also_where_the_base_was_merged_into_it(self):
        self.begin()
        self.branch("change")
        self.copy.git("checkout", "-q", "main")
        for number in range(3):
            self.copy.commit(f"Main {number}", {"other.txt": str(number)})
        self.copy.git("checkout", "-q", "change")
        self.copy.git("merge", "-q", "-m", "Take main in", "main")
        self.copy.push("main", "change")
        alice = self.at("alice", self.page + "/compare?head=change")
        alice.find(".list-head", "2 commits")
        self.assertEqual(alice.texts(".commit-line strong"), ["Take main in", "Change line 5"])

    def test_commits_are_listed_and_one_shows_what_it_changed(self):
        self.begin()
        head = self.branch("change")
        alice = self.at("alice", self.page + "/commits?ref=change")
        until("both", lambda: alice.texts(".commit-line strong") == ["Change line 5", "Begin"])
        alice.click(".commit-line", "Change line 5")
        alice.find(".commit-facts code", head)
        self.assertEqual((alice.texts("tr.deleted .words"), alice.texts("tr.added .words")), (["line 5"], ["line five"]))
        self.assertEqual(alice.texts(".diff-sum"), ["1 file +1 −1"])
        alice.click(".commit-facts a", "parent")
        alice.find(".commit-message", "With a body.")
        self.assertEqual(len(alice.all(".file-box")), 4)

    def test_a_pull_request_is_opened_reviewed_and_merged(self):
        self.begin()
        self.alice("POST", self.project + "/issues", {"title": "Digits are ugly"})
        self.branch("change", "Spell line 5")
        alice = self.at("alice", self.page + "/pulls")
        alice.click(".button.primary", "New pull request")
        alice.find(".commit-line", "Spell line 5")
        self.assertEqual(alice.find("[name=title]").get_attribute("value"), "Spell line 5")
        alice.type("[name=body]", "It fixes #1.")
        alice.click("form button.primary", "Open the pull request")
        alice.find(".issue-title", "Spell line 5")
        alice.click("[aria-label='Reviewers: Change']")
        alice.click(".choices label", "bob")
        until("who is asked", lambda: [one["username"] for one in self.alice("GET", f"{self.api}/pulls/2")["requested_reviewers"]] == ["bob"])
        bob = self.at("bob", f"/p/alice/{self.name}/pulls")
        bob.click(".issue-line", "Spell line 5")
        bob.click(".tabs.inner a", "Changes")
        bob.find("tr.added", "line five")
        bob.run("document.querySelector('tr.deleted .number-button').focus()")
        bob.press(Keys.ARROW_DOWN)
        bob.press(Keys.ENTER)
        bob.wait("the field", "return document.activeElement.closest('.at-line')")
        bob.press("Why not *V*?")
        bob.press(Keys.ENTER, control=True)
        bob.find(".talk .said em", "V")
        alice.find(".of-line", "src/main.txt:5")
        alice.click(".line-thread button", "Reply")
        alice.type(".line-thread form textarea", "It is no Roman.")
        alice.click(".line-thread form button.primary")
        bob.find(".talk .said", "It is no Roman.")
        bob.type(".review textarea", "Good.")
        bob.click(".review label", "approve")
        bob.click(".review button.primary")
        alice.find(".issue-side .chip.approve")
        alice.find(".merge-box .good")
        alice.click(".merge-box [name=method] option", "as one commit")
        alice.click(".merge-box button.primary", "Merge")
        for each in (alice, bob):
            each.find(".issue-state .state.merged")
        self.assertEqual(self.alice("GET", self.project + "/issues/1")["state"], "closed")
        self.assertEqual(self.alice("GET", self.api + "/commits?limit=1")["data"][0]["subject"], "Spell line 5 (#2)")

    def test_a_pull_request_may_be_asked_for_in_three_ways_at_once_for_the_first_time(self):
        self.begin()
        for turn in range(8):
            self.branch(f"change{turn}", text=MAIN.replace("line 5\n", f"line {turn}!\n"))
            path = f"{self.api}/pulls/{self.pull(f'change{turn}')}"
            with concurrent.futures.ThreadPoolExecutor(3) as many:
                said = list(many.map(lambda part: self.alice("GET", path + part), ["", "/commits", "/diff"]))
            self.assertEqual(said[0]["mergeability"], {"mergeable": True, "conflicts": [], "ahead": 1, "behind": 0})

    def test_conflicts_and_what_else_keeps_it_from_being_merged_are_told(self):
        self.begin()
        self.branch("change")
        number = self.pull(draft=True)
        alice = self.at("alice", f"{self.page}/pulls/{number}")
        alice.find(".merge-box .blocked")
        self.assertEqual(alice.all(".merge-box form"), [])
        alice.click(".merge-box button", "Ready for review")
        alice.find(".merge-box .good")
        self.copy.git("checkout", "-q", "main")
        self.copy.commit("Another five", {"src/main.txt": MAIN.replace("line 5\n", "line V\n")})
        self.copy.push("main")
        alice.find(".conflicts code", "src/main.txt")
        self.assertEqual(alice.all(".merge-box form"), [])
        alice.click(".merge-box .toggle-state")
        alice.find(".issue-state .state.closed")
        alice.click(".merge-box .toggle-state", "Open again")
        alice.find(".issue-state .state.open")

    def test_a_head_that_moved_since_it_was_looked_at_is_not_merged(self):
        self.begin()
        self.branch("change")
        number = self.pull()
        alice = self.at("alice", f"{self.page}/pulls/{number}")
        alice.find(".merge-box .good")
        # What is on the screen is old: the page does not hear of the push in time.
        alice.run("const old = self.fetch; self.fetch = (url, options) => options?.method === 'PUT' ? old(url, { ...options, headers: { ...options.headers, 'If-Match': '\"" + "0" * 40 + "\"' } }) : old(url, options)")
        alice.click(".merge-box button.primary", "Merge")
        self.assertIn("another commit", alice.find(".merge-box [role=alert]").text)
        self.assertEqual(self.alice("GET", f"{self.api}/pulls/{number}")["state"], "open")
        alice.reload()
        alice.click(".merge-box button.primary", "Merge")
        alice.find(".issue-state .state.merged")


if __name__ == "__main__":
    unittest.main()
