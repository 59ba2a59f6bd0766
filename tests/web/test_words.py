"""The languages have the same words, and all that the client asks for."""
import glob
import json
import os
import re
import unittest

CLIENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../plugins/web/client")


def words(language):
    with open(f"{CLIENT}/lang/{language}.json", encoding="utf-8") as file:
        return json.load(file, object_pairs_hook=lambda pairs: pairs)


class Words(unittest.TestCase):
    def test_every_language_has_every_word_once_with_the_same_gaps(self):
        english = dict(words("en"))
        for path in glob.glob(f"{CLIENT}/lang/*.json"):
            language = os.path.basename(path)[:-5]
            pairs = words(language)
            self.assertEqual(len(pairs), len(dict(pairs)), f"{language} has a key twice")
            self.assertEqual(sorted(dict(pairs)), sorted(english), language)
            for key, text in pairs:
                self.assertTrue(text.strip(), f"{language}: {key}")
                self.assertTrue("{n}" not in text or key.endswith((".one", ".other")), f"{language}: {key}: a number n chooses between two forms")
                self.assertEqual(sorted(set(re.findall(r"\{\w+\}", text))), sorted(set(re.findall(r"\{\w+\}", english[key]))), f"{language}: {key}")

    def test_every_word_that_the_client_asks_for_is_there(self):
        known = dict(words("en"))
        asked = set()
        for path in glob.glob(f"{CLIENT}/**/*.js", recursive=True):
            with open(path, encoding="utf-8") as file:
                text = file.read()
            asked |= set(re.findall(r'\bt\("([^"]+)"', text))
            for pair in re.findall(r'\bt\([^()"]*(?:\([^()]*\))?[^()"]*\? "([^"]+)" : "([^"]+)"', text):
                asked |= set(pair)
        self.assertGreater(len(asked), 200)
        self.assertEqual([key for key in sorted(asked) if key not in known and f"{key}.other" not in known], [])


if __name__ == "__main__":
    unittest.main()
