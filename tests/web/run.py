#!/usr/bin/python3
"""All tests of the web client: run.py FOLDER-OF-PROGRAMS [name of a test …]. Ends with 77, and says why, where there is no browser.

Debian's own Python is named above: python3-selenium is a package of it."""
import os
import sys
import time
import unittest

sys.dont_write_bytecode = True
here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, here)
os.environ["NETBIT_BINARIES"] = os.path.abspath(sys.argv.pop(1))

try:
    from browser import chromium
except ImportError as error:
    print(f"Skipped: {error} (python3-selenium).")
    sys.exit(77)
if not all(chromium()):
    print("Skipped: there is no chromium, or no chromedriver (chromium, chromium-driver).")
    sys.exit(77)

from stage import Stage  # noqa: E402

loader = unittest.TestLoader()
if len(sys.argv) > 1:
    loader.testNamePatterns = [f"*{name}*" for name in sys.argv[1:]]
suite = loader.discover(here)
began = time.monotonic()
try:
    outcome = unittest.TextTestRunner(verbosity=2).run(suite)
finally:
    Stage.down()
print(f"{outcome.testsRun} tests in {time.monotonic() - began:.1f} s")
sys.exit(0 if outcome.wasSuccessful() and outcome.testsRun else 1)
