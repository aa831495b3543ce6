#!/usr/bin/env python3
"""`atom run` as a service: it looks again and again, goes on by itself whatever fails, and ends when it is told to.

    service.py --atom PATH [--quota LIBRARY] [--only WORD]

LIBRARY is quota.c, which is preloaded; without it (under sanitizers) the cases that they would spoil are not run. Its folders are local ones; a server that accepts and never answers is a socket of this script. What real servers do is in tests/remote.
"""

import argparse
import concurrent.futures
import contextlib
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "remote"))
from shop import PACK, files_of, orders  # noqa: E402

CASES = []
SOON = 60  # seconds within which something happens, on a machine that is busy with other tests
AT = "2026-10-30 02:00"
COUNTS_FOR_EVER = """
[[rule]]
name = "conta-sem-fim"
sql = "update pedido set valor = (with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n)"
"""


def case(call):
    CASES.append(call)
    return call


def same(found, wanted, what=""):
    assert found == wanted, f"{what}\n  found:  {found!r}\n  wanted: {wanted!r}"


def until(holds, what):
    """Waits for something that is to happen by itself."""
    last = time.monotonic() + SOON
    while not holds():
        assert time.monotonic() < last, f"not within {SOON} s: {what}"
        time.sleep(0.05)


class Agency:
    """A workspace of the small pack with a source `credor` and a target `discador`, and the service on it."""

    atom = None
    all = []

    def __init__(self, root, more="", every="1s"):
        self.all.append(self)
        self.home, self.credor, self.discador = root / "work", root / "credor", root / "discador"
        for folder in (self.credor, self.discador):
            folder.mkdir(parents=True)
        for path, text in PACK.items():
            (self.home / path).parent.mkdir(parents=True, exist_ok=True)
            (self.home / path).write_text(text, encoding="utf-8")
        self.configure(more, every)
        self.drops, self.service, self.log_path = 0, None, root / "log"

    def configure(self, more="", every="1s"):
        source = f'[[source]]\nname = "credor"\nurl = "file://{self.credor}"\nready = "immediate"\n'
        target = f'[[target]]\nname = "discador"\nurl = "file://{self.discador}"\n'
        (self.home / "atom.toml").write_text(f'[schedule]\nevery = "{every}"\n{more}\n{source}\n{target}', encoding="utf-8")

    def environment(self, **more):
        return {k: v for k, v in os.environ.items() if not k.startswith("ATOM_")} | more

    def start(self, **environment):
        with open(self.log_path, "ab") as log:
            self.service = subprocess.Popen([self.atom, "-C", self.home, "run", "--at", AT], stderr=log, stdout=log, env=self.environment(**environment))
        until(lambda: "looks at" in self.log() or self.service.poll() is not None, "the service begins")

    def stop(self, with_signal=signal.SIGTERM):
        """Its exit code; it has to end by itself."""
        began = time.monotonic()
        self.service.send_signal(with_signal)
        code = self.service.wait(timeout=30)
        self.service = None
        assert time.monotonic() - began < 10, "it takes too long to end"
        return code

    def log(self):
        return self.log_path.read_text(encoding="utf-8")

    def call(self, *words, expect=0):
        done = subprocess.run([self.atom, "-C", self.home, *words], capture_output=True, text=True, env=self.environment(), timeout=120, check=False)
        assert expect is None or done.returncode == expect, f"atom {' '.join(words)} ended with {done.returncode}\n{done.stdout}{done.stderr}"
        self.err = done.stderr
        return done.stdout

    def ledger(self):
        return [json.loads(line) for line in self.call("files", "--json", expect=None).splitlines()]

    def statuses(self):
        return [row["status"] for row in self.ledger()]

    def drop(self, *numbers, folder=None, minute=None):
        self.drops += 1
        name = "pedidos_20261030_%06d.csv" % (self.drops if minute is None else minute)
        part = (folder or self.credor).parent / "part"
        part.write_bytes(orders(*numbers))
        part.rename((folder or self.credor) / name)
        return name

    def delivered(self):
        return sorted(int(line.split(b";")[0]) for data in files_of(self.discador).values() for line in data.splitlines()[1:])


@contextlib.contextmanager
def silent_server():
    """Takes connections and says nothing."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen(64)
        yield s.getsockname()[1]


@contextlib.contextmanager
def trickling_server():
    """Takes connections, and says one byte a second of a greeting without an end."""

    def trickle(peer):
        with peer, contextlib.suppress(OSError):
            peer.sendall(b"220-")
            while True:
                peer.sendall(b"x")
                time.sleep(1)

    def accept(s):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=trickle, args=(s.accept()[0],), daemon=True).start()

    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen(64)
        threading.Thread(target=accept, args=(s,), daemon=True).start()
        yield s.getsockname()[1]


def closed_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@case
def it_looks_again_and_again(root):
    a = Agency(root)
    a.start()
    for n in (1, 2, 3):
        a.drop(n)
        until(lambda n=n: a.delivered() == list(range(1, n + 1)), f"order {n} is delivered")
    same(a.statuses(), ["done"] * 3)
    same(sorted(files_of(a.credor / "lidos")), ["pedidos_20261030_%06d.csv" % n for n in (1, 2, 3)])
    same(a.stop(), 0)
    assert "stopped" in a.log().splitlines()[-1], a.log()
    same(list((a.home / "data/spool/in").iterdir()) + list((a.home / "data/spool/out").iterdir()), [])


@case
def sigint_ends_it_too(root):
    a = Agency(root, every="1h")
    a.start()
    same(a.stop(signal.SIGINT), 0)


@case
def a_dead_source_delays_nobody(root):
    with silent_server() as port, trickling_server() as slow:
        more = f'[[source]]\nname = "mudo"\nurl = "ftp://x@127.0.0.1:{port}/"\nready = "immediate"\n'
        more += f'[[source]]\nname = "lento"\nurl = "ftp://x@127.0.0.1:{slow}/"\nready = "immediate"\n'
        more += f'[[source]]\nname = "fora"\nurl = "ftp://x@127.0.0.1:{closed_port()}/"\nready = "immediate"\n'
        a = Agency(root, more)
        a.start()
        began = time.monotonic()
        for n in (1, 2, 3):
            a.drop(n)
            until(lambda n=n: len(a.delivered()) == n, f"order {n} is delivered")
        assert time.monotonic() - began < 25, "the silent server's 30 s were waited for"
        until(lambda: "source fora" in a.log(), "the one that is not there is told")
        until(lambda: "source mudo" in a.log(), "the silent one is told")
        same(a.log().count("source fora"), 1, "told once\n" + a.log())
        assert "it is tried again in 1s, then less often" in a.log(), a.log()
        same(a.stop(), 0)


@case
def a_source_comes_back(root):
    gone = root / "portal"
    a = Agency(root, f'[[source]]\nname = "portal"\nurl = "file://{gone}"\nready = "immediate"\n')
    a.start()
    until(lambda: "source portal: " in a.log(), "it is missed")
    a.drop(1)
    until(lambda: a.delivered() == [1], "the other one is worked")
    gone.mkdir()
    a.drop(2, folder=gone)
    until(lambda: a.delivered() == [1, 2], "what it has is worked")
    same(len(re.findall(r"source portal: .*; it is tried again", a.log())), 1, a.log())
    same(len(re.findall(r"source portal answers again, after \d+[sm]", a.log())), 1, a.log())
    same(a.stop(), 0)


@case
def sighup_reads_a_valid_configuration(root):
    a = Agency(root, every="1h")
    a.start()
    other = root / "portal"
    other.mkdir()
    a.drop(1, folder=other)
    job = a.home / "jobs/pedidos.toml"
    right = job.read_text()
    job.write_text(right.replace('upsert = "pedido"', 'upsert = "peddo"'))
    a.service.send_signal(signal.SIGHUP)
    until(lambda: "the old one goes on" in a.log(), "it is refused")
    assert "jobs/pedidos.toml:10:10:" in a.log(), a.log()
    a.drop(2)
    a.service.send_signal(signal.SIGHUP)  # refused again, and the old one looks
    job.write_text(right)
    a.configure(f'[[source]]\nname = "portal"\nurl = "file://{other}"\nready = "immediate"\n', every="1s")
    a.service.send_signal(signal.SIGHUP)
    until(lambda: "the configuration was read again" in a.log(), "it is read")
    until(lambda: a.delivered() == [1, 2], "the new source is looked at")
    same(a.stop(), 0)


@case
def a_second_one_is_told(root):
    a = Agency(root)
    a.start()
    same(a.call("run", expect=1), "")
    assert a.err.endswith(f"atom: atom run (process {a.service.pid}, since 2026-10-30 02:00:00) looks at the sources of this base already\n"), a.err
    same(a.call("run", "--once"), f"nothing done: atom run (process {a.service.pid}, since 2026-10-30 02:00:00) is at work\n")
    a.service.kill()
    a.service.wait()
    a.drop(1)
    a.start()  # a dead one holds nobody up
    until(lambda: a.delivered() == [1], "the next one works")
    same(a.stop(), 0)


@case
def an_import_gets_its_turn(root):
    a = Agency(root)
    a.start()
    file = root / "pedidos_20261029_000000.csv"
    file.write_bytes(orders(7))
    a.call("import", str(file))
    until(lambda: a.delivered() == [7], "it is delivered")
    a.drop(8)
    until(lambda: a.delivered() == [7, 8], "the service goes on")
    same(a.stop(), 0)


@case
def told_to_stop_in_the_middle_of_a_file(root):
    a = Agency(root)
    job = a.home / "jobs/pedidos.toml"
    right = job.read_text()
    job.write_text(right + COUNTS_FOR_EVER)
    a.drop(1)
    a.start()
    until(lambda: a.statuses() == ["running"], "the file is at work")
    same(a.stop(), 0)
    same(a.statuses(), ["seen"], "it is rolled back")
    same(a.call("query", "select count(*) n from pedido"), "n\n0\n")
    job.write_text(right)
    a.start()
    until(lambda: a.delivered() == [1], "it begins again")
    same(a.stop(), 0)


@case
def one_look_is_told_to_stop(root):
    a = Agency(root)
    (a.home / "jobs/pedidos.toml").write_text(PACK["jobs/pedidos.toml"] + COUNTS_FOR_EVER)
    a.drop(1)
    a.service = subprocess.Popen([a.atom, "-C", a.home, "run", "--once", "--at", AT], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(lambda: a.statuses() == ["running"], "the file is at work")
    same(a.stop(), 1)
    same(a.statuses(), ["seen"])
    a.service = subprocess.Popen([a.atom, "-C", a.home, "run", "--once", "--at", AT], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    until(lambda: a.statuses() == ["running"], "the file is at work again")
    errors = a.service.stderr
    same(a.stop(signal.SIGINT), 130)
    same(errors.read(), f"atom: {sorted(files_of(a.credor))[0]}: interrupted; nothing of it is in the base\n")
    same(a.statuses(), ["seen"])


@case
def an_import_is_interrupted(root):
    a = Agency(root)
    good, endless = root / "pedidos_20261028_000001.csv", root / "pedidos_20261029_000001.csv"
    good.write_bytes(orders(1))
    endless.write_bytes(orders(2, 3))
    (a.home / "jobs/pedidos.toml").write_text(PACK["jobs/pedidos.toml"] + COUNTS_FOR_EVER)
    a.service = subprocess.Popen([a.atom, "-C", a.home, "import", "--json", good, endless], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until(lambda: "running" in a.statuses(), "a file is at work")
    out, errors, began = a.service.stdout, a.service.stderr, time.monotonic()
    same(a.stop(signal.SIGINT), 130)
    assert time.monotonic() - began < 2, "it takes too long to end"
    same(out.read(), "")
    same(errors.read(), f"atom: {good.name}: interrupted; nothing of it is in the base\natom: {endless.name}: interrupted; nothing of it is in the base\n")
    same(a.statuses(), [], "no trace in the ledger")
    (a.home / "jobs/pedidos.toml").write_text(PACK["jobs/pedidos.toml"])
    a.call("import", str(good), str(endless))
    same(a.statuses(), ["done", "done"])


@case
def a_killed_import_is_shown_as_interrupted(root):
    a = Agency(root)
    file = root / "pedidos_20261029_000001.csv"
    file.write_bytes(orders(2))
    (a.home / "jobs/pedidos.toml").write_text(PACK["jobs/pedidos.toml"] + COUNTS_FOR_EVER)
    a.service = subprocess.Popen([a.atom, "-C", a.home, "import", file], stdout=subprocess.DEVNULL)
    until(lambda: a.statuses() == ["running"], "the file is at work")
    a.service.kill()
    a.service.wait()
    a.service = None
    same(a.statuses(), ["interrupted"])
    (a.home / "jobs/pedidos.toml").write_text(PACK["jobs/pedidos.toml"])
    a.call("run", "--once", "--at", AT)
    same(a.statuses(), ["done"], "the next look begins it again")


@case
def an_import_meets_a_full_disk(root):
    a = Agency(root)
    with small_disk(root / "work/data"):
        first, second = root / "pedidos_20261028_000001.csv", root / "pedidos_20261029_000001.csv"
        first.write_bytes(orders(1))
        second.write_bytes(orders(*range(2, 250000)))
        a.call("import", str(first))
        a.call("import", str(second), expect=1)
        same(len(a.err.splitlines()), 1, "one line says it")
        assert re.search("disk is full|No space left on device|disk I/O error", a.err), a.err
        same(a.statuses(), ["done"])
        same(a.call("query", "select count(*) n from pedido"), "n\n1\n")


@case
def what_is_printed_arrives(root):
    a = Agency(root)
    a.drop(1)
    a.call("run", "--once", "--at", AT)
    for words in (["files"], ["files", "--json"], ["query", "select 1"], ["--help"], ["import", "--help"], ["--version"], ["check", "--json"]):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([a.atom, *words], cwd=a.home, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        same((done.returncode, done.stderr), (1, "atom: cannot write standard output: No space left on device\n"), str(words))
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n"
    reader = subprocess.Popen([a.atom, "query", endless], cwd=a.home, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    same(reader.stdout.readline(), "i\n")
    reader.stdout.close()
    same(reader.stderr.read(), "", "a closed pipe ends it without a word")
    same(reader.wait(), -signal.SIGPIPE)


@case
def the_base_is_locked_by_another_program(root):
    a = Agency(root)
    a.start()
    a.drop(1)
    until(lambda: a.delivered() == [1], "all is well")
    with contextlib.closing(sqlite3.connect(a.home / "data/base.db", isolation_level=None)) as other:
        other.execute("begin immediate")
        a.drop(2)
        until(lambda: "data/base.db: database is locked" in a.log(), "it is told")
        same(a.log().count("database is locked"), 1)
        other.execute("rollback")
    until(lambda: a.delivered() == [1, 2], "it goes on")
    until(lambda: "the base and the machine are well again" in a.log(), "it is told")
    same(a.stop(), 0)


@case
def the_base_is_damaged_and_put_back(root):
    a = Agency(root)
    a.start()
    a.drop(1)
    until(lambda: a.delivered() == [1], "all is well")
    base, good = a.home / "data/base.db", root / "good.db"
    a.call("backup", str(good))
    for ending in ("-wal", "-shm"):
        Path(str(base) + ending).unlink(missing_ok=True)
    damaged = root / "damaged.db"
    damaged.write_bytes(b"this is no base" * 1000)
    damaged.rename(base)
    a.drop(2)
    until(lambda: "data/base.db: file is not a database; put a backup in its place" in a.log(), "it is told")
    same(a.delivered(), [1])
    good.rename(base)
    until(lambda: a.delivered() == [1, 2], "it goes on")
    same(a.statuses(), ["done", "done"])
    same(a.stop(), 0)


def but_under_sanitizers(call):
    """Their runtime wants to be loaded first, and opens a pipe to see whether memory can be read."""
    call.but_under_sanitizers = True
    return call


@case
@but_under_sanitizers
def too_many_open_files(root):
    a = Agency(root)
    a.start()
    a.drop(1)
    until(lambda: a.delivered() == [1], "all is well")
    import resource

    before = resource.prlimit(a.service.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(a.service.pid, resource.RLIMIT_NOFILE, (6, before[1]))
    a.drop(2)
    until(lambda: re.search(r" error .*(open|Too many open files)", a.log()), "it is told")
    same(a.delivered(), [1])
    resource.prlimit(a.service.pid, resource.RLIMIT_NOFILE, before)
    until(lambda: a.delivered() == [1, 2], "it goes on")
    same(a.stop(), 0)


@case
@but_under_sanitizers
def the_quota_is_used_up(root):
    a, spent = Agency(root), root / "spent"
    quota = {"LD_PRELOAD": Agency.quota, "ATOM_QUOTA_SPENT": str(spent), "ATOM_QUOTA_FOLDER": str(a.home / "data")}
    a.start(**quota)
    a.drop(1)
    until(lambda: a.delivered() == [1], "all is well")
    spent.touch()
    a.drop(*range(2, 5000))
    until(lambda: re.search(r" error .*(quota exceeded|disk I/O error)", a.log()), "it is told")
    same(a.delivered(), [1])
    found = subprocess.run([a.atom, "-C", a.home, "doctor"], capture_output=True, text=True, env=a.environment(**quota), timeout=120, check=False)
    assert re.search(f"^wrong\tfolder {a.home}/data\t.*quota exceeded", found.stdout, re.M), found
    spent.unlink()
    until(lambda: len(a.delivered()) == 4999, "it goes on")
    same(a.statuses(), ["done", "done"])
    same(a.stop(), 0)


@contextlib.contextmanager
def small_disk(folder):
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@case
def the_disk_is_full(root):
    data = root / "work/data"
    with small_disk(data):
        a = Agency(root)
        a.start()
        a.drop(1)
        until(lambda: a.delivered() == [1], "all is well")
        with open(data / "filler", "wb", buffering=0) as filler, contextlib.suppress(OSError):
            while True:
                filler.write(bytes(4096))
        a.drop(*range(2, 5000))
        until(lambda: re.search("No space left on device|disk is full|disk I/O error", a.log()), "it is told")
        same(a.delivered(), [1])
        found = a.call("doctor", expect=1)
        assert re.search(f"^wrong\tfolder {data}\t", found, re.M), found
        (data / "filler").unlink()
        until(lambda: len(a.delivered()) == 4999, "it goes on")
        same(a.statuses(), ["done", "done"])
        same(a.stop(), 0)


@case
def the_disk_is_read_only(root):
    data = root / "work/data"
    with small_disk(data):
        a = Agency(root)
        a.drop(1)
        a.call("run", "--once", "--at", AT)
        same(a.delivered(), [1])
        subprocess.run(["mount", "-o", "remount,ro", data], check=True)
        a.drop(2)
        a.call("run", "--once", "--at", AT, expect=1)
        assert "Read-only file system" in a.err, a.err
        found = a.call("doctor", expect=1)
        assert re.search(f"^wrong\tfolder {data}\t.*Read-only file system", found, re.M), found
        subprocess.run(["mount", "-o", "remount,rw", data], check=True)
        a.call("run", "--once", "--at", AT)
        same(a.delivered(), [1, 2])


@case
def the_doctor_finds_what_is_wrong(root):
    a = Agency(root, f'[[target]]\nname = "fora"\nurl = "ftp://x@127.0.0.1:{closed_port()}/"\npassword_env = "FORA_PASSWORD"\n')
    found = [json.loads(line) for line in a.call("doctor", "--json", expect=1).splitlines()]
    states = {f["what"]: f["state"] for f in found}
    same({w: states[w] for w in ("time", "source credor", "target discador", "target fora", f"base {a.home}/data/base.db")},
         {"time": "ok", "source credor": "ok", "target discador": "ok", "target fora": "wrong", f"base {a.home}/data/base.db": "off"})  # fmt: skip
    assert any(f["text"] == "the environment has no FORA_PASSWORD" for f in found), found
    a.configure()
    a.drop(1)
    a.call("run", "--once", "--at", AT)
    same({line.split("\t")[0] for line in a.call("doctor").splitlines()[1:]}, {"ok"})
    os.chmod(a.home / "data/base.db", 0o644)
    assert "everybody on this machine may read it" in a.call("doctor", expect=1)
    os.chmod(a.home / "data/base.db", 0o640)
    few = ["prlimit", "--nofile=100:100", a.atom, "-C", a.home, "doctor"]
    assert re.search("^wrong\topen files\tonly 100 are allowed; 256 should be", subprocess.run(few, capture_output=True, text=True, check=False).stdout, re.M)
    with contextlib.closing(sqlite3.connect(a.home / "data/base.db", isolation_level=None)) as other:
        other.execute("begin immediate")
        assert re.search("^wrong\tbase .*locked", a.call("doctor", expect=1), re.M)
    with open(a.home / "data/base.db", "r+b") as base:
        base.seek(8192)  # the second page
        base.write(b"x" * 8192)
    assert re.search("^wrong\tbase .*(damaged|malformed)", a.call("doctor", expect=1), re.M)
    a.drop(2)
    a.call("run", "--once", "--at", AT, expect=1)
    assert re.search("base.db: database disk image is malformed; put a backup in its place", a.err), a.err
    same(a.delivered(), [1])


@case
def a_backup_while_it_runs(root):
    """Every backup is a state that was there: sound, and as many orders as the ledger says."""
    a = Agency(root)
    a.start()
    for n in range(1, 9):
        a.drop(*range(n * 1000, n * 1000 + 500))
        copy = root / f"copy{n}.db"
        a.call("backup", str(copy), expect=None)
        if not copy.exists():
            continue
        with contextlib.closing(sqlite3.connect(copy)) as base:
            same(base.execute("pragma integrity_check").fetchall(), [("ok",)])
            same(base.execute("select count(*) from pedido").fetchone(),
                 base.execute("select coalesce(sum(accepted), 0) from atom_file where status = 'done'").fetchone())  # fmt: skip
    until(lambda: len(a.delivered()) == 4000, "all is delivered")
    same(a.stop(), 0)
    # the disk is lost, and the backup put in its place: what came since is worked again
    a.call("backup", str(root / "last.db"))
    for name in os.listdir(a.home / "data"):
        path = a.home / "data" / name
        path.unlink() if path.is_file() else None
    (root / "last.db").rename(a.home / "data/base.db")
    a.drop(1)
    a.call("run", "--once", "--at", AT)
    same(len(a.delivered()), 4001)


@case
def systemd_is_told(root):
    path = str(root / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.bind(path)
        s.settimeout(SOON)
        a = Agency(root)
        a.start(NOTIFY_SOCKET=path, WATCHDOG_USEC="300000")
        same(s.recv(200), b"READY=1\nSTATUS=waiting for files")
        same([s.recv(200) for _ in range(3)], [b"WATCHDOG=1"] * 3)
        a.service.send_signal(signal.SIGHUP)
        heard = [s.recv(200)]
        while heard[-1] != b"READY=1":
            heard.append(s.recv(200))
        assert b"RELOADING=1" in heard[0] or b"RELOADING=1" in b"".join(heard), heard
        same(a.stop(), 0)
        while heard[-1] != b"STOPPING=1":
            heard.append(s.recv(200))


@case
def the_log_as_json(root):
    a = Agency(root, '[log]\nformat = "json"\n')
    a.start()
    (a.credor / 'pedidos_"q".txt').write_bytes(b"x")
    a.drop(1)
    until(lambda: a.delivered() == [1], "it works")
    same(a.stop(), 0)
    lines = [json.loads(line) for line in a.log().splitlines()]
    assert all(sorted(line) == ["level", "message", "time"] for line in lines), lines
    assert {"time": "2026-10-30 02:00:00", "level": "info", "message": "looks at 1 source every 1s"} in lines, lines
    assert [line for line in lines if line["level"] == "warn" and '"q"' in line["message"]], lines


def run(call, folder):
    root = Path(folder) / call.__name__
    root.mkdir()
    began = time.monotonic()
    try:
        call(root)
        result = "ok"
    except Exception:  # noqa: BLE001: whatever it is, the others are run too
        result = "FAILED\n" + traceback.format_exc()
        log = root / "log"
        result += log.read_text(errors="replace")[-3000:] if log.exists() else ""
    finally:
        for service in [a.service for a in Agency.all if a.home.is_relative_to(root) and a.service]:
            service.kill()
            service.wait()
    print(f"{call.__name__}: {result} ({time.monotonic() - began:.1f} s)", flush=True)
    return result == "ok"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--atom", required=True)
    parser.add_argument("--quota")
    parser.add_argument("--only", default="", help="cases with this in their names")
    args = parser.parse_args()
    Agency.atom, Agency.quota = os.path.abspath(args.atom), args.quota and os.path.abspath(args.quota)
    chosen = [c for c in CASES if args.only in c.__name__ and (args.quota or not hasattr(c, "but_under_sanitizers"))]
    with tempfile.TemporaryDirectory(prefix="atom-service-") as folder, concurrent.futures.ThreadPoolExecutor(4) as pool:
        holds = list(pool.map(lambda c: run(c, folder), chosen))
    failed = [c.__name__ for c, ok in zip(chosen, holds) if not ok]
    print(f"{len(chosen) - len(failed)} of {len(chosen)} cases hold" + "".join(f"\nFAILED: {name}" for name in failed))
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
