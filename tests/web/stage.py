"""One server, and three people before browsers: what all tests share. Each test has a chat of its own."""
import os
import struct
import unittest
import zlib

from browser import Browser
from server import Api, PASSWORD, Server

BINARIES = os.environ["NETBIT_BINARIES"]


class Stage:
    server = None
    browsers = {}
    people = {}

    @classmethod
    def up(cls):
        if cls.server:
            return
        cls.server = Server(BINARIES)
        cls.people = {name: cls.server.add_user(name) for name in ("alice", "bob", "carol")}
        cls.people["admin"] = Api(cls.server, cls.server.command("token", "admin"))
        cls.server.command("user", "password", "admin", "--password-stdin", given=PASSWORD)

    @classmethod
    def browser(cls, name):
        """The browser in which that one is signed in."""
        if name not in cls.browsers:
            cls.browsers[name] = Browser(cls.server.url)
            cls.browsers[name].sign_in(name)
        return cls.browsers[name]

    @classmethod
    def down(cls):
        for browser in cls.browsers.values():
            browser.close()
        cls.browsers.clear()
        if cls.server:
            cls.server.close()


class WebTest(unittest.TestCase):
    """Whatever a test is about: nothing that the policy forbids, no fault of a script, no request to another host."""

    @classmethod
    def setUpClass(cls):
        Stage.up()

    def setUp(self):
        self.server = Stage.server
        self.alice, self.bob, self.carol, self.admin = (Stage.people[name] for name in ("alice", "bob", "carol", "admin"))
        self.extra = []

    def at(self, name, path=None):
        browser = Stage.browser(name)
        if path:
            browser.go(path)
        return browser

    def fresh(self, **options):
        """A browser that nobody has used."""
        browser = Browser(self.server.url, **options)
        self.extra.append(browser)
        return browser

    def tearDown(self):
        try:
            for browser in [*Stage.browsers.values(), *self.extra]:
                self.assertEqual(browser.complaints(), [])
                self.assertEqual(browser.other_hosts(), [])
        finally:
            for browser in self.extra:
                browser.close()
            for browser in Stage.browsers.values():
                browser.kept = []
                browser.run("self.violations = []; self.faults = []; self.pwnedBy = []; location.hash = '/'; document.querySelector('dialog')?.dispatchEvent(new Event('cancel'))")


def png(width, height, colour=(47, 93, 80)):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = (b"\0" + bytes(colour) * width) * height
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
