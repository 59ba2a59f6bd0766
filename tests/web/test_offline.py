"""What happens while there is no server, or none that answers."""
import threading
import unittest


from server import until
from stage import WebTest


class Offline(WebTest):
    def test_what_is_written_offline_is_shown_at_once_and_sent_once(self):
        chat = self.carol.chat("tunnel", self.bob)
        self.bob.say(chat, "before the tunnel")
        page = self.fresh()
        page.sign_in("carol")
        page.go(f"/c/{chat}")
        page.find(".main article", "before the tunnel")
        page.driver.execute_async_script("navigator.serviceWorker.ready.then(arguments[0])")
        page.wait("the shell in the cache", "return caches.keys().then((names) => names.length > 0 && caches.match('/web/app.js')).then(Boolean)")
        page.wait("what was read on this device", """return new Promise((resolve) => { const asked = indexedDB.open('netbit'); asked.onsuccess = () => {
          const got = asked.result.transaction('cache').objectStore('cache').getAllKeys();
          got.onsuccess = () => { asked.result.close(); resolve(['me', 'chats', 'chat/' + arguments[0]].every((key) => got.result.includes(key))); } } })""", chat)
        self.server.kill()
        try:
            page.say("within it")
            page.find(".main article.pending", "within it")
            # The tab is closed and opened again: the shell, the chat and what is unsent are there without a server.
            page.reload()
            page.find(".sidebar", "tunnel")
            page.find(".main article", "before the tunnel")
            page.find(".main article.pending", "within it")
            page.say("and more")
            page.find(".main article.pending", "and more")
            page.find(".link.offline", "Offline")
        finally:
            self.server.start()
        page.find(".main article.message:not(.pending)", "and more", seconds=40)
        page.gone(".pending")
        self.assertEqual(self.carol.contents(chat), ["before the tunnel", "within it", "and more"])
        self.assertEqual(page.messages(), ["before the tunnel", "within it", "and more"])

    def test_an_answer_that_is_lost_makes_no_second_message(self):
        chat = self.alice.chat("lost-answer", self.bob)
        page = self.at("alice", f"/c/{chat}")
        page.find(".main .composer textarea")
        page.live()
        # The request arrives, its answer does not: as when the line is cut between the two.
        page.run("""
          const real = self.fetch; let cut = 2;
          self.fetch = async (...asked) => {
            const reply = await real(...asked);
            if (cut && String(asked[0]).endsWith('/messages') && asked[1]?.method === 'POST') { --cut; throw new TypeError('cut'); }
            return reply;
          };""")
        page.say("only once")
        page.find(".main article.message:not(.pending)", "only once", seconds=20)
        page.gone(".pending")
        self.assertEqual(self.bob.contents(chat), ["only once"])
        self.assertEqual(page.messages(), ["only once"])

    def test_the_server_is_killed_under_two_who_write_and_nothing_is_lost_or_doubled(self):
        chat = self.alice.chat("killed", self.bob)
        alice, bob = self.at("alice", f"/c/{chat}"), self.at("bob", f"/c/{chat}")
        for page in (alice, bob):
            page.find(".main .composer textarea")
        wanted = []

        def write(page, who, numbers):
            for number in numbers:
                page.say(f"{who} {number}")
                wanted.append(f"{who} {number}")

        for part in range(2):
            writers = [threading.Thread(target=write, args=(page, who, range(part * 5, part * 5 + 5))) for page, who in ((alice, "alice"), (bob, "bob"))]
            for writer in writers:
                writer.start()
            until("some messages", lambda: len(wanted) > part * 10 + 3)
            self.server.kill()
            for writer in writers:
                writer.join()
            self.server.start()
        for page in (alice, bob):
            until("all messages", lambda: sorted(page.messages()) == sorted(wanted) and not page.all(".main .pending"), 40, 0.2)
        stored = self.alice.contents(chat)
        self.assertEqual(sorted(stored), sorted(wanted))
        for who in ("alice", "bob"):
            own = [one for one in stored if one.startswith(who)]
            self.assertEqual(own, [f"{who} {number}" for number in range(10)])
        self.assertEqual(alice.messages(), stored)
        self.assertEqual(bob.messages(), stored)
        bob.act("alice 9", "React with 👍")
        alice.find(".main .reaction", "👍")

    def test_a_gap_that_the_server_no_longer_remembers_is_filled_anew(self):
        chat = self.alice.chat("reset", self.bob)
        page = self.at("alice", f"/c/{chat}")
        page.find(".main .composer textarea")
        page.live()
        # What the server says to a Last-Event-ID from before its memory.
        page.run("""
          const real = self.fetch; let once = true;
          self.fetch = async (...asked) => {
            const reply = await real(...asked);
            if (!once || !String(asked[0]).includes('/api/events')) return reply;
            once = false;
            return new Response('id: 1\\nevent: reset\\ndata: {"next_id":2}\\n\\n', { headers: { 'Content-Type': 'text/event-stream' } });
          };
          self.asks = []; const counting = self.fetch;
          self.fetch = (...asked) => { self.asks.push(String(asked[0])); return counting(...asked); };""")
        self.server.kill()
        self.server.start()
        self.bob.say(chat, "while nobody listened")
        page.find(".main article", "while nobody listened", seconds=30)
        self.assertTrue(page.wait("the lists asked anew", "return self.asks.some((one) => one.startsWith('/api/chats?'))"))
        self.assertEqual(page.messages(), ["while nobody listened"])
        page.reload()


if __name__ == "__main__":
    unittest.main()
