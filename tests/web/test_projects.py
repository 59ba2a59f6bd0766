"""Projects: their pages, issues, and the board."""
import unittest

from selenium.webdriver.common.keys import Keys

from server import until
from stage import WebTest

DRAG = """
const [from, onto, below] = arguments;
const data = new DataTransfer();
const fire = (target, type, y) => target.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: data, clientY: y }));
const box = onto.getBoundingClientRect();
const y = below ? box.bottom - 1 : box.top + 1;
fire(from, "dragstart", 0);
const taken = !fire(onto, "dragover", y);
fire(onto, "drop", y);
return taken;
"""


class Projects(WebTest):
    names = 0

    def project(self, *members, owner=None, **more):
        """A project of its own for each test: its path in the client and in the API."""
        Projects.names += 1
        made = (owner or self.alice)("POST", "/api/projects/create", {"name": f"p{Projects.names}", **more})
        for one in members:
            (owner or self.alice)("POST", made["url"] + "/members", {"user_id": one.id, "role": "developer"})
        return "/p" + made["url"].removeprefix("/api/projects"), made["url"]

    def issue(self, api, title, **more):
        return self.alice("POST", api + "/issues", {"title": title, **more})["number"]

    def test_a_project_is_made_gets_a_repository_and_a_member_who_sees_it_at_once(self):
        bob = self.at("bob", "/projects")
        alice = self.at("alice", "/projects")
        alice.click("button", "New project")
        alice.fill(name="orchard", description="Apples")
        alice.click("dialog button.primary")
        alice.find(".chat-head h2", "orchard")
        alice.click("button", "New repository")
        alice.fill(name="pruning", description="How to cut")
        alice.click("dialog button.primary")
        alice.find(".project-line strong", "pruning")
        alice.click(".tabs a", "Members")
        alice.fill(username="bob")
        alice.click(".box form button.primary")
        alice.find(".lines strong", "bob")
        bob.click(".project-line", "alice / orchard")
        bob.find(".project-line", "pruning")
        self.assertEqual([one for one in bob.texts("main button") if "Settings" in one], [], "bob may not configure it")
        alice.click("[aria-label='Role of bob'] option", "Viewer")
        until("the role", lambda: [one["role"] for one in self.alice("GET", "/api/projects/alice/orchard/members")["data"] if one["username"] == "bob"] == ["viewer"])
        bob.click(".tabs a", "Issues")
        bob.find(".filters")
        alice.click(".tabs a", "Overview")
        alice.click("button", "Settings")
        alice.fill(description="Apples and pears")
        alice.click("dialog button.primary")
        bob.find(".chat-head p", "Apples and pears")

    def test_an_issue_is_opened_discussed_planned_and_closed(self):
        page, api = self.project(self.bob)
        self.issue(api, "The first")
        self.alice("POST", api + "/labels", {"name": "leaky", "colour": "#cc2211"})
        self.alice("POST", api + "/milestones", {"title": "Spring"})
        alice = self.at("alice", page + "/issues")
        alice.click(".button.primary", "New issue")
        alice.fill(title="The roof leaks", body="It **drips**, see #1.")
        alice.click("button", "Preview")
        alice.find(".preview strong", "drips")
        alice.click("form button.primary", "Open the issue")
        alice.find(".said .content strong", "drips")
        self.assertTrue(alice.find(".said .content a", "#1").get_attribute("href").endswith(page + "/issues/1"))
        bob = self.at("bob", page + "/issues/2")
        bob.find(".issue-title", "The roof leaks")
        bob.type("[name=body]", "Which *roof*?")
        bob.press(Keys.ENTER, control=True)
        alice.find(".said em", "roof")
        alice.click("[aria-label='Labels: Change']")
        alice.click(".choices label", "leaky")
        bob.find(".issue-side .label", "leaky")
        alice.click("[aria-label='Assignees: Change']")
        alice.click(".choices label", "bob")
        bob.find(".issue-side .person", "bob")
        alice.click("[name=milestone] option", "Spring")
        until("the milestone", lambda: self.alice("GET", api + "/issues/2")["milestone_id"])
        alice.click(".said.first [aria-label='Edit']")
        alice.fill(title="The shed's roof leaks")
        alice.click(".said.first form button.primary")
        bob.find(".issue-title", "The shed's roof leaks")
        bob.click(".toggle-state", "Close the issue")
        alice.find(".issue-state .state.closed")
        alice.click(".toggle-state", "Open again")
        bob.find(".issue-state .state.open")
        self.assertEqual(self.alice("GET", api + "/issues/2")["state"], "open")

    def test_issues_are_filtered_and_searched_as_the_address_says(self):
        page, api = self.project(self.bob)
        self.alice("POST", api + "/labels", {"name": "red", "colour": "#ff0000"})
        self.issue(api, "Apples rot", labels=["red"])
        self.issue(api, "Pears rot", assignees=[self.bob.id])
        self.issue(api, "Plums ripen")
        self.alice("PATCH", f"{api}/issues/3", {"state": "closed"})
        alice = self.at("alice", page + "/issues")
        shown = lambda: alice.texts(".issue-line strong")  # noqa: E731
        until("the open ones", lambda: shown() == ["Pears rot", "Apples rot"])
        alice.click(".switch button", "closed")
        until("the closed one", lambda: shown() == ["Plums ripen"])
        alice.click(".switch button", "All")
        until("all of them", lambda: len(shown()) == 3)
        alice.type("[name=q]", "ROT")
        until("what was searched for", lambda: shown() == ["Pears rot", "Apples rot"])
        alice.click("[name=label] option", "red")
        until("what has the label", lambda: shown() == ["Apples rot"])
        self.assertIn("label=red", alice.driver.current_url)
        alice.reload()
        until("the same after a reload", lambda: shown() == ["Apples rot"])
        alice.go(page + "/issues?assignee=bob")
        until("bob's", lambda: shown() == ["Pears rot"])
        self.issue(api, "Bob's next", assignees=[self.bob.id])
        until("a new one, live", lambda: shown() == ["Bob's next", "Pears rot"])

    def test_what_is_searched_for_stays_as_it_is_typed_while_the_page_changes(self):
        page, api = self.project(self.bob)
        self.issue(api, "Apples rot")
        alice = self.at("alice", page + "/issues")
        alice.find(".issue-line", "Apples rot")
        alice.type("[name=q]", "rot ")
        alice.wait("the address", "return location.hash.includes('q=rot')")
        self.issue(api, "Pears rot")
        alice.find(".issue-line", "Pears rot")
        alice.type("[name=q]", "a")
        self.issue(api, "Rot and all")  # its event draws anew while the field is ahead of the address
        alice.wait("the address", "return location.hash.includes('q=rot%20a')")
        self.assertEqual(alice.find("[name=q]").get_attribute("value"), "rot a")
        alice.go(page + "/issues?q=pears")
        alice.wait("what another address says", "return document.querySelector('[name=q]').value === 'pears'")

    def test_a_filter_that_cannot_be_answered_shows_no_other_ones_answer(self):
        page, api = self.project(self.bob)
        self.issue(api, "Still open")
        alice = self.at("alice", page + "/issues")
        alice.find(".issue-line", "Still open")
        alice.answer("state=closed", 503, {"title": "Busy", "detail": "Too much at once."})
        alice.click(".switch button", "closed")
        alice.find(".work-body [role=alert]", "Too much at once.")
        self.assertEqual(alice.texts(".issue-line"), [])
        alice.let_go()
        alice.click(".switch button", "All")
        alice.find(".issue-line", "Still open")

    def test_a_choice_is_the_chosen_one_also_where_what_may_be_chosen_comes_later(self):
        page, api = self.project(self.bob)
        for title in ("Spring", "Autumn"):
            last = self.alice("POST", api + "/milestones", {"title": title})["id"]
        self.issue(api, "Planned", milestone_id=last)
        alice = self.at("alice", "/projects")
        alice.hold("/milestones")
        alice.go(page + "/issues/1")
        alice.find("[name=milestone]")
        alice.let_go()
        alice.find("[name=milestone] option", "Autumn")
        self.assertEqual(alice.run("return document.querySelector('[name=milestone]').selectedOptions[0].textContent"), "Autumn")

    def test_how_texts_look_is_not_asked_for_without_end(self):
        page, api = self.project(self.bob)
        self.issue(api, "Long talk", body="It **drips**.")
        alice = self.at("alice", "/projects")
        alice.answer("/api/markdown", 503, {"title": "Busy"})
        alice.go(page + "/issues/1")
        alice.find(".said .written", "It **drips**.")
        for number in range(5):
            self.alice("POST", api + "/issues/1/comments", {"body": f"plain {number}"})
            alice.find(".said", f"plain {number}")
        self.assertLessEqual(alice.answered(), 2)
        alice.let_go()
        # More texts at once than are kept: each is asked for once.
        talk = [{"id": number, "author": {"id": self.bob.id, "username": "bob"}, "created_at": "2026-01-01T10:00:00.000Z", "edited_at": None, "body": f"*{number}*"} for number in range(450)]
        alice.answer("/issues/1/comments", 200, {"data": talk, "pagination": {}})
        alice.run("""const behind = self.fetch; self.markdowns = 0;
          self.fetch = (...asked) => { self.markdowns += String(asked[0]).includes('/api/markdown'); return behind(...asked); };""")
        alice.go("/projects")
        alice.find(".project-line")
        alice.go(page + "/issues/1")
        alice.find(".said em", "449")
        asked = alice.run("return self.markdowns")
        self.assertLessEqual(asked, 6)
        self.alice("PATCH", api + "/issues/1", {"title": "Very long talk"})
        alice.find(".issue-title", "Very long talk")
        alice.find(".said em", "0")
        self.assertEqual(alice.run("return self.markdowns"), asked)
        alice.reload()

    def test_who_came_is_told_in_words(self):
        page, api = self.project(self.bob)
        members = self.alice("GET", api + "/members")["data"]
        self.assertIn("bob", [one["username"] for one in members])
        self.alice("PUT", f"{api}/members/{self.bob.id}", {"role": "viewer"})
        self.alice("DELETE", f"{api}/members/{self.bob.id}")
        alice = self.at("alice", page + "/activity")
        until("three lines", lambda: [line.split("bob")[0].strip() for line in alice.texts(".activity .text > span")] == ["alice removed", "alice changed the role of", "alice added"])

    def test_a_message_becomes_an_issue_whose_state_it_shows(self):
        page, api = self.project(self.bob)
        chat = self.alice.chat("of issues", self.bob)
        self.alice("PATCH", api, {"chat_id": chat})
        self.alice.say(chat, "The fence is down\nsince Monday")
        bob = self.at("bob", f"/c/{chat}")
        alice = self.at("alice", f"/c/{chat}")
        alice.act("The fence is down", "Make an issue")
        self.assertEqual(alice.find("dialog [name=title]").get_attribute("value"), "The fence is down")
        alice.click("dialog form button.primary")
        name = page.split("/")[-1]
        for each in (alice, bob):
            each.find(".issue-chip .state.open", "")
            self.assertIn(f"{name}#1", each.find(".issue-chip").text)
        self.alice("PATCH", f"{api}/issues/1", {"state": "closed"})
        for each in (alice, bob):
            each.find(".issue-chip .state.closed")
        bob.click(".issue-chip")
        bob.find(".issue-title", "The fence is down")
        bob.click(".speakers a", "the message")
        bob.find(".main article.found", "The fence is down")

    def board(self):
        page, api = self.project(self.bob)
        for title in ("One", "Two", "Three"):
            self.issue(api, title)
        made = self.alice("POST", api + "/boards", {"name": "Work", "columns": ["To do", "Doing", "Done"]})
        at = f"{api}/boards/{made['id']}"
        for number in (1, 2, 3):
            self.alice("PUT", f"{at}/cards/{number}", {"column_id": made["columns"][0]["id"]})
        alice, bob = self.at("alice", page + "/board"), self.at("bob", page + "/board")
        for each in (alice, bob):
            each.find(".issue-card", "Three")
        return alice, bob, lambda: [[card["number"] for card in column["cards"]] for column in self.alice("GET", at)["columns"]]

    def shows(self, browser, cards):
        look = "return [...document.querySelectorAll('.column')].map((one) => [...one.querySelectorAll('[data-card]')].map((card) => Number(card.dataset.card)))"
        until(f"the cards {cards}", lambda: browser.run(look) == cards)

    def test_cards_are_dragged_and_everybody_sees_it(self):
        alice, bob, stored = self.board()
        columns = alice.all(".column")
        self.assertTrue(alice.run(DRAG, alice.find("[data-card='2']"), columns[1], True))
        for each in (alice, bob):
            self.shows(each, [[1, 3], [2], []])
        alice.run(DRAG, alice.find("[data-card='3']"), alice.all(".column")[1], False)
        for each in (alice, bob):
            self.shows(each, [[1], [3, 2], []])
        self.assertEqual(stored(), [[1], [3, 2], []])
        data = "const data = new DataTransfer(); data.setData('text/plain', '1'); return arguments[0].dispatchEvent(new DragEvent('dragover', { bubbles: true, cancelable: true, dataTransfer: data }))"
        self.assertTrue(alice.run(data, alice.all(".column")[2]), "what is no card is not taken")

    def test_cards_are_moved_by_keys_and_by_a_dialog(self):
        alice, bob, stored = self.board()
        alice.run("document.querySelector('[data-card=\"1\"]').focus()")
        alice.press(Keys.ARROW_DOWN)
        self.assertEqual(alice.run("return document.activeElement.dataset.card"), "2")
        alice.press(Keys.ARROW_RIGHT, shift=True)
        for each in (alice, bob):
            self.shows(each, [[1, 3], [2], []])
        alice.wait("the focus on the card", "return document.activeElement.dataset.card === '2'")
        self.assertIn("Two is now 1 of 1 in Doing", alice.run("return document.querySelector('[aria-live=assertive]').textContent"))
        alice.press(Keys.ARROW_LEFT, shift=True)
        self.shows(bob, [[2, 1, 3], [], []])
        alice.wait("the focus on the card", "return document.activeElement.dataset.card === '2'")
        alice.press(Keys.ARROW_DOWN, shift=True)
        self.shows(bob, [[1, 2, 3], [], []])
        alice.click("[data-card='2'] [aria-label='Move Two']")
        alice.click("dialog [name=column] option", "Done")
        alice.click("dialog form button.primary")
        self.shows(bob, [[1, 3], [], [2]])
        self.assertEqual(stored(), [[1, 3], [], [2]])
        bob.click("[aria-label='Add an issue to Doing']")
        bob.find("dialog .empty", "no such issue")

    def test_a_card_goes_where_it_is_told_to_also_when_the_board_has_changed_meanwhile(self):
        alice, bob, stored = self.board()
        bob.run(DRAG, bob.find("[data-card='3']"), bob.all(".column")[1], True)
        self.shows(alice, [[1, 2], [3], []])
        alice.click("[data-card='2'] [aria-label='Move Two']")
        alice.click("dialog [name=column] option", "Doing")
        bob.run(DRAG, bob.find("[data-card='3']"), bob.all(".column")[2], True)
        self.shows(alice, [[1, 2], [], [3]])
        alice.click("dialog form button.primary")
        for each in (alice, bob):
            self.shows(each, [[1], [2], [3]])
        self.assertEqual(stored(), [[1], [2], [3]])
        self.assertEqual(alice.texts(".notice.error"), [])

    def test_a_board_is_made_and_an_issue_put_on_it(self):
        page, api = self.project()
        self.issue(api, "Alone")
        alice = self.at("alice", page + "/board")
        alice.find(".empty", "no board yet")
        alice.click("button", "New board")
        alice.fill(name="Beds")
        alice.click("dialog form button.primary")
        alice.find(".column h3", "In progress")
        alice.click("[aria-label='Add an issue to To do']")
        alice.click("dialog li button", "Alone")
        alice.find(".column [data-card='1']")
        alice.click("[aria-label='Move Alone']")
        alice.click("dialog button.danger")
        alice.gone("[data-card]")

    def test_who_only_reads_a_public_project_is_offered_nothing_to_change(self):
        page, api = self.project(is_public=True)
        self.issue(api, "Looked at")
        self.alice("POST", api + "/boards", {"name": "Work", "columns": ["To do"]})
        carol = self.at("carol", page + "/board")
        carol.find(".column h3", "To do")
        self.assertEqual(carol.texts(".work-body button"), [])
        carol.go(page + "/issues/1")
        carol.find(".issue-title", "Looked at")
        self.assertEqual(carol.all(".toggle-state, .issue-side button:not([aria-label^='What you hear of']), .said.first button"), [])
        carol.go("/p/alice/nowhere")
        carol.find("[role=alert]", "no such project")


if __name__ == "__main__":
    unittest.main()
