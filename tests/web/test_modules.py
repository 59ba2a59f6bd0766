"""Nothing of the client is left over: what a module takes it uses, and what it gives somebody takes."""
import glob
import os
import re
import unittest

CLIENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../plugins/web/client")


class Modules(unittest.TestCase):
    def setUp(self):
        self.texts = {}
        for path in glob.glob(f"{CLIENT}/**/*.js", recursive=True):
            with open(path, encoding="utf-8") as file:
                self.texts[os.path.relpath(path, CLIENT)] = file.read()
        self.assertGreater(len(self.texts), 50)

    def test_what_is_imported_is_used(self):
        unused = []
        for path, text in self.texts.items():
            body = re.sub(r"^import .*$", "", text, flags=re.M)
            taken = [name.split(" as ")[-1].strip() for names in re.findall(r"^import \{([^}]*)\} from", text, flags=re.M) for name in names.split(",")]
            taken += re.findall(r"^import (\w+) from", text, flags=re.M)
            unused += [f"{path}: {name}" for name in taken if not re.search(rf"(?<![\w$]){name}\b", body)]
        self.assertEqual(unused, [])

    def test_what_is_exported_is_imported(self):
        taken = {"Page"}  # lazy.js takes that of each
        for text in self.texts.values():
            for names in re.findall(r"^(?:import|export) \{([^}]*)\} from", text, flags=re.M) + re.findall(r"\{ ([^}]+) \} = await import", text) + re.findall(r"\(await import\([^)]*\)\)\.(\w+)", text):
                taken |= {re.split(r" as |:", name)[0].strip() for name in names.split(",")}
        left = [f"{path}: {name}" for path, text in self.texts.items()
                for name in re.findall(r"^export (?:async )?(?:const|let|function|class) (\w+)", text, flags=re.M) if name not in taken]
        self.assertEqual(left, [])

    def test_every_module_is_built(self):
        with open(f"{CLIENT}/../CMakeLists.txt", encoding="utf-8") as file:
            named = set(re.findall(r"\b([\w/]+\.js)\b", file.read()))
        self.assertEqual([path for path in sorted(self.texts) if path not in named and f"client/{path}" not in named], [])


if __name__ == "__main__":
    unittest.main()
