"""A working copy of a repository, with the real git, that pushes as somebody."""
import os
import shutil
import subprocess
import tempfile


class WorkingCopy:
    def __init__(self, server, somebody, path):
        """`path`: owner, project and name, as behind /git/."""
        self.folder = tempfile.mkdtemp(prefix="netbit-web-git-")
        self.remote = f"http://x:{somebody.token}@127.0.0.1:{server.port}/git/{path}.git"
        self.git("init", "-q", "-b", "main")

    def git(self, *words):
        who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in (("NAME", "Ann"), ("EMAIL", "ann@example.org"))}
        done = subprocess.run(["git", "-C", self.folder, *words], check=False, capture_output=True, text=True,
                              env={**os.environ, **who, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_TERMINAL_PROMPT": "0"})
        assert done.returncode == 0, f"git {words[0]}: {done.stderr}"
        return done.stdout.strip()

    def commit(self, message, files):
        """Writes these, by their paths; all else stays as it is."""
        for path, content in files.items():
            full = os.path.join(self.folder, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "wb") as file:
                file.write(content if isinstance(content, bytes) else content.encode())
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD")

    def push(self, *refs):
        self.git("push", "-q", self.remote, *refs)

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)
