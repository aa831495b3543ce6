"""A workspace of the shipped pack in a scratch folder: a source `credor`, a target `discador`, by file:// or on a server, and what is in them."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile

SETTINGS = """
[[source]]
name = "credor"
url = "{url}/credor"{access}
done = "lidos"
errors = "erros"
ready = "immediate"

[[target]]
name = "discador"
url = "{url}/discador"{access}
staging = ".tmp"
"""


def files_in(folder):
    """name -> bytes of the files directly in the folder"""
    out = {}
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            with open(path, "rb") as file:
                out[name] = file.read()
    return out


def quick_folder():
    """A scratch folder in memory, where there is some: what syncs all the while and cuts no power need not wait for a disk."""
    memory = "/dev/shm"
    roomy = "TMPDIR" not in os.environ and os.path.isdir(memory) and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 200 << 20
    return tempfile.TemporaryDirectory(dir=memory if roomy else None)


class Workspace:
    def __init__(self, atom, root):
        self.atom, self.root = os.path.abspath(atom), os.path.abspath(root)
        self.home, self.source, self.target = (os.path.join(self.root, n) for n in ("work", "credor", "discador"))
        self.base_path = os.path.join(self.home, "data", "base.db")
        self.dropped, self.printed = 0, ""

    def make(self, server="file://", access=""):
        """server: what stands in front of the folders' paths in their URLs; access: further lines of their settings."""
        for folder in (self.source, self.target):
            os.makedirs(folder)
        subprocess.run([self.atom, "init", self.home], check=True, stdout=subprocess.DEVNULL)
        with open(os.path.join(self.home, "atom.toml"), "a", encoding="utf-8") as file:
            file.write(SETTINGS.format(url=server + self.root, access=access))
        return self

    def set_calendar(self, calendar):
        """How rule 1.2 of the pack's remessa counts its days."""
        job = os.path.join(self.home, "jobs", "remessa.toml")
        with open(job, encoding="utf-8") as file:
            text = file.read()
        with open(job, "w", encoding="utf-8") as file:
            file.write(text.replace('calendario = "bancario"', f'calendario = "{calendar}"'))

    def drop(self, name, data):
        """Puts a file into the source's folder; each has a time of its own, the same in every run of a scenario."""
        path = os.path.join(self.source, name)
        with open(path, "wb") as file:
            file.write(data)
        self.dropped += 1
        os.utime(path, (1_700_000_000 + self.dropped, 1_700_000_000 + self.dropped))

    def call(self, *words, env=None):
        """(exit code, the JSON lines printed, what went to stderr)"""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("ATOM_")} | (env or {})
        done = subprocess.run([self.atom, "-C", self.home, *words], capture_output=True, text=True, env=environment, timeout=60)
        self.printed = done.stdout
        lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        return done.returncode, lines, done.stderr

    def poll(self, at, env=None):
        return self.call("run", "--once", "--json", "--at", at, env=env)

    def poll_killed_after(self, seconds, at):
        """Whether it was still at work then."""
        words = [self.atom, "-C", self.home, "run", "--once", "--at", at]
        child = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            child.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        return child.returncode == -signal.SIGKILL

    def base(self):
        return sqlite3.connect(f"file:{self.base_path}?mode=ro", uri=True)

    def errors(self):
        return os.path.join(self.source, "erros")
