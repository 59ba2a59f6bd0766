"""Chats and messages: each feature once, where it matters by two people who see each other."""
import unittest

from selenium.webdriver.common.keys import Keys

from server import until
from stage import png, WebTest

NAMELESS = """
return [...document.querySelectorAll("button, a[href], input, textarea, select, [role=dialog], dialog")].filter((one) => {
  if (!one.getClientRects().length) return false;
  const label = one.getAttribute("aria-label") || one.title || (one.labels && [...one.labels].map((l) => l.textContent).join("")) ||
    document.getElementById(one.getAttribute("aria-labelledby"))?.textContent || one.textContent || one.placeholder;
  return !label.trim();
}).map((one) => one.outerHTML.slice(0, 120))
"""

DROP = """
const data = new DataTransfer();
for (const [name, type, bytes] of arguments[1]) data.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], name, { type }));
const where = document.querySelector(arguments[0]);
if (arguments[2] === "paste") where.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
else for (const kind of ["dragenter", "dragover", "drop"]) where.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
"""


class Chats(WebTest):
    def test_the_list_counts_what_is_unread_and_has_the_newest_first(self):
        one = self.alice.chat("counts-one", self.bob)
        two = self.alice.chat("counts-two", self.bob)
        self.alice.say(two, "first")
        page = self.at("alice")
        page.find(f"[data-chat='{two}']")
        self.bob.say(one, "plain")
        self.bob.say(one, "hello @alice")
        page.find(f"[data-chat='{one}'] .badge:not(.mentions)", "2")
        page.find(f"[data-chat='{one}'] .badge.mentions")
        page.wait("the newest first", f"return document.querySelector('.chats a').dataset.chat === '{one}'")
        self.assertRegex(page.driver.title, r"^\(\d+\) NetBit")
        page.go(f"/c/{one}")
        page.find(".main .unread-line") if page.all(".main .unread-line") else None
        page.gone(f"[data-chat='{one}'] .badge")
        until("the mark at the server", lambda: self.alice("GET", f"/api/chats/{one}")["unread_count"] == 0)

    def test_scrolling_goes_back_to_the_first_message_and_holds_only_a_stretch(self):
        chat = self.alice.chat("long", self.bob)
        for number in range(420):
            self.bob.say(chat, f"number {number}")
        page = self.at("alice", f"/c/{chat}")
        page.find(".main article.message", "number 419")
        seen = set()
        def back():
            seen.update(page.messages())
            page.run("document.querySelector('.main .messages').scrollTop = 0")
            return "number 0" in page.messages()
        until("the first message", back, 40, 0.1)
        shown = page.messages()
        self.assertLessEqual(len(shown), 300)
        self.assertEqual(shown, [f"number {number}" for number in range(len(shown))])
        self.assertEqual(len(seen | set(shown)), 420)
        page.find(".main .beginning")
        def on():
            page.run("const list = document.querySelector('.main .messages'); list.scrollTop = list.scrollHeight")
            return "number 419" in page.messages()
        until("the newest again", on, 40, 0.1)
        shown = page.messages()
        self.assertEqual(shown, [f"number {number}" for number in range(420 - len(shown), 420)])

    def test_what_stands_still_stays_while_older_messages_come(self):
        chat = self.alice.chat("still", self.bob)
        for number in range(160):
            self.bob.say(chat, f"number {number}")
        page = self.at("alice", f"/c/{chat}")
        page.find(".main article.message", "number 60") # near the end already, it has asked for more
        place = "const one = [...document.querySelectorAll('.main article')].find((a) => a.textContent.includes('number 111')); return Math.round(one.getBoundingClientRect().top)"
        before = page.run(f"document.querySelector('.main .messages').scrollTop = 60; {place}") # before the page hears of it
        page.find(".main article.message", "number 10")
        self.assertLessEqual(abs(page.run(place) - before), 2)

    def test_markdown_is_shown_as_the_server_renders_it(self):
        chat = self.alice.chat("markdown", self.bob)
        page = self.at("alice", f"/c/{chat}")
        page.find(".main .composer textarea")
        self.bob.say(chat, "**bold** `code` ~~gone~~\n\n- one\n- two\n\n| a | b |\n| - | -: |\n| 1 | 2 |\n\n```\npre\n```\n[link](https://example.org/x) ![alt](https://example.org/p.png)")
        page.find(".main article .content strong", "bold")
        for selector in ("code", "del", "ul li", "table td.to-right", "pre code", "a[href='https://example.org/x'][rel*=noopener]", "a[href='https://example.org/p.png']"):
            page.find(f".main article .content {selector}")
        self.assertEqual(page.all(".main article .content img"), [])
        page.say("mine is *too*")
        page.find(".main article .content em", "too")

    def test_two_people_see_each_other_write_edit_react_and_delete(self):
        chat = self.alice.chat("together", self.bob)
        alice, bob = self.at("alice", f"/c/{chat}"), self.at("bob", f"/c/{chat}")
        bob.find(".main .composer textarea")
        alice.say("good morning")
        bob.find(".main article.message", "good morning")
        bob.type(".main .composer textarea", "typ")
        alice.find(".main .typing", "bob is typing")
        bob.type(".main .composer textarea", "ed", clear=False)
        bob.press(Keys.ENTER)
        alice.find(".main article.message", "typed")
        bob.act("good morning", "React with 👍")
        alice.find(".main .reaction", "👍")
        alice.find(".main .reaction").click()
        bob.find(".main .reaction span", "2")
        alice.find(".main .reaction[aria-pressed=true]").click()
        bob.find(".main .reaction span", "1")
        alice.type(".main .composer textarea", Keys.ARROW_UP)
        editor = alice.find(".main .editor textarea")
        editor.send_keys(Keys.CONTROL, "a")
        editor.send_keys("good **evening**", Keys.ENTER)
        bob.find(".main article strong", "evening")
        bob.find(".main .edited").click()
        bob.find("dialog", "good morning")
        bob.press(Keys.ESCAPE)
        bob.gone("dialog")
        alice.act("evening", "Delete")
        alice.click("dialog button.danger")
        bob.find(".main article", "This message was deleted.")
        self.assertEqual(self.bob.contents(chat), ["", "typed"])

    def test_threads_have_a_panel_and_replies_say_to_what(self):
        chat = self.alice.chat("threads", self.bob)
        self.alice.say(chat, "the question")
        alice, bob = self.at("alice", f"/c/{chat}"), self.at("bob", f"/c/{chat}")
        bob.act("the question", "Thread")
        bob.find(".thread article.message", "the question")
        bob.say("the answer", ".thread")
        bob.find(".thread article.message:not(.pending)", "the answer")
        alice.find(".main .replies", "1 reply")
        alice.find(".main .quote", "the question")
        alice.click(".main .replies")
        alice.find(".thread article.message", "the answer")
        alice.say("thanks", ".thread")
        bob.find(".thread article.message", "thanks")
        bob.find(".main .replies", "2 replies")
        bob.press(Keys.ESCAPE)
        bob.press(Keys.ESCAPE)
        bob.gone(".thread")
        bob.act("the question", "Reply")
        bob.find(".main .replying", "alice")
        bob.say("quoted")
        alice.find(".thread article.message", "quoted")
        root = self.alice.messages(chat)[0]
        self.assertEqual(root["reply_count"], 3)

    def test_names_are_completed_and_mentions_stand_out(self):
        chat = self.alice.chat("names", self.bob, self.carol)
        alice, bob = self.at("alice", f"/c/{chat}"), self.at("bob", f"/c/{chat}")
        alice.type(".main .composer textarea", "ask @ca")
        alice.find(".names [role=option][aria-selected=true]", "@carol")
        alice.press(Keys.ENTER)
        alice.type(".main .composer textarea", "or @b")
        alice.find(".names [aria-selected=true]", "@bob")
        alice.press(Keys.TAB)
        alice.press(Keys.ENTER)
        bob.find(".main mark.mention.me", "@bob")
        bob.find(".main mark.mention:not(.me)", "@carol")
        self.assertEqual(self.bob.contents(chat), ["ask @carol or @bob"])

    def test_a_draft_is_kept_and_comes_back(self):
        chat, other = self.alice.chat("draft", self.bob), self.alice.chat("elsewhere", self.bob)
        page = self.at("alice", f"/c/{chat}")
        page.type(".main .composer textarea", "half a thought")
        until("the draft at the server", lambda: (self.alice("GET", f"/api/chats/{chat}/draft")["draft"] or {}).get("content") == "half a thought")
        page.go(f"/c/{other}")
        page.find(".main h2", "elsewhere")
        page.reload()
        page.go(f"/c/{chat}")
        page.wait("the draft", "return document.querySelector('.main .composer textarea')?.value === 'half a thought'")
        page.find(".main .composer textarea").send_keys(Keys.ENTER)
        until("its end", lambda: self.alice("GET", f"/api/chats/{chat}/draft")["draft"] is None)

    def test_messages_are_pinned(self):
        chat = self.alice.chat("pins", self.bob)
        self.bob.say(chat, "remember this")
        alice, bob = self.at("alice", f"/c/{chat}"), self.at("bob", f"/c/{chat}/pins")
        bob.find(".panel", "Nothing is pinned")
        alice.act("remember this", "Pin")
        alice.find(".main .pinned", "Pinned by alice")
        bob.find(".panel article", "remember this")
        alice.act("remember this", "Unpin")
        bob.find(".panel", "Nothing is pinned")

    def test_who_goes_and_comes_back_is_seen(self):
        chat = self.alice("POST", "/api/chats", {"chat_type": "direct", "participants": [self.bob.id]})["id"]
        alice, bob = self.at("alice", f"/c/{chat}"), self.at("bob")
        alice.find(".main h2", "bob")
        bob.live()
        bob.reload()
        alice.find(".main h2 .presence.online", "here")
        bob.kept = bob.complaints()
        bob.driver.get("about:blank")
        alice.find(".main h2 .presence.offline", "not here")
        bob.driver.get(bob.url)
        bob.live()
        alice.find(".main h2 .presence.online", "here")
        bob.find(".chats .presence.online")  # who has come sees who was here

    def test_files_are_dropped_and_pasted_and_seen_by_the_other(self):
        chat = self.alice.chat("files", self.bob)
        alice, bob = self.at("alice", f"/c/{chat}"), self.at("bob", f"/c/{chat}")
        alice.find(".main .composer textarea")
        import base64
        picture = base64.b64encode(png(640, 480)).decode()
        text = base64.b64encode(b"what we agreed on").decode()
        alice.run(DROP, ".main", [["plan.png", "image/png", picture], ["notes.txt", "text/plain", text]], "drop")
        alice.find(".uploads li", "notes.txt")
        alice.gone(".uploads progress")
        alice.say("as promised")
        bob.find(".main .attachments .file", "notes.txt")
        shown = bob.find(".main .attachments .picture img")
        bob.wait("the thumbnail", "const one = document.querySelector('.main .picture img'); return one.complete && one.naturalWidth > 0 && one.naturalWidth <= 320")
        self.assertEqual(shown.get_attribute("alt"), "plan.png")
        bob.click(".main .picture")
        bob.find("dialog img.whole")
        bob.press(Keys.ESCAPE)
        alice.run(DROP, ".main .composer textarea", [["shot.png", "image/png", picture]], "paste")
        alice.gone(".uploads progress")
        alice.find(".main .composer textarea").send_keys(Keys.ENTER)
        until("two pictures", lambda: len(bob.all(".main .picture img")) == 2)
        sent = [file["name"] for message in self.bob.messages(chat) for file in message.get("attachments", [])]
        self.assertEqual(sent, ["plan.png", "notes.txt", "shot.png"])

    def test_search_marks_what_it_found_and_leads_there(self):
        chat = self.alice.chat("haystack", self.bob)
        self.bob.say(chat, "ein schönes Nadelöhr 🪡 needle-in-here")
        for number in range(130):
            self.bob.say(chat, f"hay {number}")
        page = self.at("alice", "/search")
        page.type(".search input", "needle-in")
        page.find(".result", "haystack")
        self.assertEqual(page.texts(".result mark.found"), ["needle-in"])
        page.click(".result")
        page.find(".main article.found", "needle-in-here")
        page.find(".main .to-end button").click()
        page.find(".main article.message", "hay 129")

    def test_chats_are_made_found_joined_managed_and_left(self):
        alice = self.at("alice")
        alice.click(".new-chat")
        alice.fill(name="harbour", topic="ships")
        alice.run("const one = document.querySelector('dialog [name=visibility]'); one.value = 'public'")
        alice.type("dialog .picker input", "bo")
        alice.click("dialog .picker button", "bob")
        alice.click("dialog button[type=submit]")
        alice.find(".main h2", "harbour")
        chat = int(alice.driver.current_url.split("/c/")[1])
        carol = self.at("carol")
        carol.click(".sidebar [aria-label='Find chats and people']")
        carol.type("dialog input", "harb")
        carol.click("dialog li button", "Join")
        carol.find(".main h2", "harbour")
        alice.go(f"/c/{chat}/members")
        alice.find(".panel li", "carol")
        alice.run("const one = document.querySelector('.panel [aria-label=\"Role of carol\"]'); one.value = 'moderator'; one.dispatchEvent(new Event('change'))")
        until("the role", lambda: self.carol("GET", f"/api/chats/{chat}")["role"] == "moderator")
        alice.click(".panel [aria-label='Remove bob']")
        alice.click("dialog button.danger")
        alice.gone(".panel li", "bob")
        alice.type(".panel .picker input", "bob")
        alice.click(".panel .picker button", "bob")
        alice.find(".panel ul li strong", "bob")
        carol.click(".main [aria-label='Settings of this chat']")
        carol.click("dialog button.danger", "Leave")
        carol.click("dialog button.danger", "Leave")
        carol.gone(f"[data-chat='{chat}']")
        alice.click(".main [aria-label='Settings of this chat']")
        alice.fill(topic="ships and boats")
        alice.click("dialog button[type=submit]")
        self.at("bob", f"/c/{chat}").find(".main .title", "ships and boats")

    def test_keys_do_everything_and_the_focus_is_seen(self):
        chat = self.alice.chat("keyboard", self.bob)
        other = self.alice.chat("zebra", self.bob)
        self.alice.say(chat, "own one")
        page = self.at("alice", f"/c/{chat}")
        page.find(".main article", "own one")
        page.press("k", control=True)
        page.type("dialog input", "zeb")
        page.press(Keys.ENTER)
        page.find(".main h2", "zebra")
        page.press(Keys.ARROW_DOWN, alt=True)
        page.gone(".main h2", "zebra")
        page.go(f"/c/{chat}")
        page.find(".main article", "own one")
        page.run("document.activeElement.blur()")
        page.press("?")
        page.find("dialog dt kbd")
        page.press(Keys.ESCAPE)
        page.gone("dialog")
        page.press("m")
        page.wait("the focus on a message", "return document.activeElement.matches('article')")
        self.assertNotEqual(page.run("return getComputedStyle(document.activeElement).outlineStyle"), "none")
        page.press("p")
        page.find(".main .pinned")
        page.press("e")
        page.find(".main .editor textarea").send_keys("!", Keys.ENTER)
        page.find(".main article", "own one!")
        page.run("document.querySelector('.main article:last-of-type').focus()")
        page.press("t")
        page.find(".thread")
        page.run("document.activeElement.blur()")
        page.press(Keys.ESCAPE)
        page.gone(".thread")
        page.press("/")
        page.wait("the search", "return document.activeElement.matches('.search input')")
        self.assertTrue(other)

    def test_everything_that_is_pressed_or_filled_has_a_name(self):
        chat = self.alice.chat("labels", self.bob)
        self.bob.say(chat, "hello")
        page = self.at("alice", f"/c/{chat}/members")
        page.find(".panel li")
        self.assertEqual(page.run(NAMELESS), [])
        for path, there in ((f"/c/{chat}/pins", ".panel"), ("/search", ".search"), ("/account", ".sections .lines li"), ("/", ".welcome")):
            page.go(path)
            page.find(there)
            self.assertEqual(page.run(NAMELESS), [], path)
        page.click(".new-chat")
        page.find("dialog form")
        self.assertEqual(page.run(NAMELESS), [])
        page.press(Keys.ESCAPE)


class Account(WebTest):
    def test_profile_status_picture_and_tokens_are_ones_own(self):
        page = self.at("carol", "/account")
        page.fill(display_name="Carol von Ende", about="sails")
        page.click("section:first-child form:first-of-type button")
        page.find(".notice", "Saved")
        page.fill(emoji="🌴", text="away until Monday")
        page.click("section:first-child form + form button")
        until("the status", lambda: (self.carol("GET", "/api/user/profile")["status"] or {}).get("text") == "away until Monday")
        import os, tempfile
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "me.png")
            with open(path, "wb") as file:
                file.write(png(300, 300, (200, 80, 40)))
            page.all("section:first-child input[type=file]")[0].send_keys(path)
            page.find(".portrait img")
        self.assertEqual(self.alice.raw("GET", f"/api/users/{self.carol.id}/avatar")[0], 200)
        self.assertEqual(self.alice("GET", f"/api/users/{self.carol.id}")["display_name"], "Carol von Ende")
        page.type("section:nth-of-type(6) [name=name]", "a script")
        page.click("section:nth-of-type(6) form button[type=submit]")
        token = page.find("dialog .codes").text
        self.assertTrue(token.startswith("nbt_"))
        page.click("dialog .buttons button")
        page.find("section:nth-of-type(6) .lines", "a script")
        page.click("section:nth-of-type(6) .lines [aria-label='Revoke a script']")
        page.gone("section:nth-of-type(6) .lines li", "a script")
        page.find("section .lines .badge", "this one")
        self.carol("PATCH", "/api/user/profile", {"display_name": ""})

    def test_colours_and_language_are_chosen(self):
        page = self.fresh(language="de", dark=True)
        page.open()
        page.find("button", "Anmelden")
        self.assertEqual(page.run("return document.documentElement.lang"), "de")
        ground = "return getComputedStyle(document.body).backgroundColor"
        dark = page.run(ground)
        page.dark(False)
        light = page.run(ground)
        self.assertNotEqual(dark, light)
        page.sign_in("carol")
        page.go("/account")
        page.find("h3", "Aussehen")
        choose = "const one = document.querySelector(arguments[0]); one.value = arguments[1]; one.dispatchEvent(new Event('change'))"
        page.run(choose, "[name=theme]", "dark")
        page.wait("the dark", ground.replace("return ", "return '" + dark + "' === "))
        page.run(choose, "[name=language]", "en")
        page.find("h3", "Appearance")
        page.reload()
        page.find("h3", "Appearance")
        self.assertEqual(page.run(ground), dark)

    def test_a_phone_shows_one_thing_at_a_time_and_nothing_is_cut_off(self):
        chat = self.carol.chat("pocket", self.bob)
        self.bob.say(chat, "a long word: " + "x" * 300 + "\n\n```\n" + "y" * 300 + "\n```\n\n|" + " column |" * 20 + "\n|" + " - |" * 20 + "\n")
        page = self.fresh(width=390, height=844)
        page.sign_in("carol")
        wide = "return document.documentElement.scrollWidth"
        page.click(f"[data-chat='{chat}']")
        page.find(".main article .content pre")
        self.assertLessEqual(page.run(wide), 390)
        self.assertFalse(page.all(".sidebar")[0].is_displayed())
        page.go(f"/c/{chat}/members")
        page.find(".panel li")
        self.assertLessEqual(page.run(wide), 390)
        page.go(f"/c/{chat}")
        page.click(".main .back")
        page.find(".sidebar")
        for path in ("/account", "/search"):
            page.go(path)
            page.find(".main.page")
            self.assertLessEqual(page.run(wide), 390, path)
            inside = "const one = document.querySelector('.sections, .results'); return one.scrollWidth - one.clientWidth"
            self.assertLessEqual(page.run(inside), 0, path)


if __name__ == "__main__":
    unittest.main()
