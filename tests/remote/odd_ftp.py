#!/usr/bin/env python3
"""The program and FTP servers as they are met: listings of other systems, sizes and times that nobody tells, what no rule understands, and
answers that have no end. The server is a scripted one on loopback; real ones are in end_to_end.py.

    odd_ftp.py --atom PATH [--only WORD]
"""

import argparse
import contextlib
import json
import os
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import threading
import traceback
from pathlib import Path

CASES = []
PACK = {
    "layouts/pedido.toml": """\
format = "csv"
layout = "pedido"
[[record]]
fields = [{ name = "numero", type = "integer" }, { name = "cliente" }]
""",
    "jobs/pedidos.toml": """\
job = "pedidos"
layout = "pedido"
files = ["p{nome}.csv"]
holds = ["lista"]
[[rule]]
name = "guarda"
upsert = "pedido"
key = ["numero"]
""",
    "jobs/lista.toml": """\
export = "lista"
query = "select numero, cliente from pedido"
key = ["numero"]
layout = "pedido"
target = "discador"
[files]
full = "lista_{data:YYYYMMDD}_{seq:3}.csv"
delta = "mais_{data:YYYYMMDD}_{seq:3}.csv"
removed = "menos_{data:YYYYMMDD}_{seq:3}.csv"
[removed]
layout = "pedido"
query = "select numero, '' cliente from removidos"
""",
    "jobs/schema/base/001.sql": "create table pedido(numero integer primary key, cliente text);\n",
}
SETTINGS = """\
[base]
[[source]]
name = "banco"
url = "{url}"
password_env = "SENHA"
ready = "{ready}"
done = "{done}"
{more}
[[target]]
name = "discador"
url = "file://{target}"
"""


def case(call):
    CASES.append(call)
    return call


def same(found, wanted, what=""):
    assert found == wanted, f"{what}\n  found:  {found!r}\n  wanted: {wanted!r}"


def rows(*numbers):
    return ("numero;cliente\n" + "".join(f"{n};Ana\n" for n in numbers)).encode()


class Server:
    """A folder, "/", in memory, and one below it, "lidos". `list`, `mlsd`: what is answered, made of the files; None: the command is not known. `answers`: a command
    (the word, or word and argument) and its reply, in place of ours."""

    def __init__(self, files, list=None, mlsd=None, answers=(), tls=None):
        self.files, self.list, self.mlsd, self.answers, self.tls = dict(files), list, mlsd, dict(answers), tls
        self.times, self.log = {}, []
        self.endless = None  # bytes that a RETR, or listing, gives over and over
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def asked(self, *words):
        """The commands of these kinds since the last time."""
        found = [c for c in self.log if c.split(" ")[0] in words]
        self.log.clear()
        return found

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self._serve, args=(self._listener.accept()[0],), daemon=True).start()

    def _serve(self, client):
        with contextlib.suppress(OSError, ValueError), client:
            if self.tls:
                client = self.tls.wrap_socket(client, server_side=True)
            say = lambda text: client.sendall(text.encode() + b"\r\n")
            state = {}
            say("220 hello")
            for line in client.makefile("rb"):
                command = line.decode("utf-8", "surrogateescape").rstrip("\r\n")
                self.log.append(command)
                self._obey(command, say, state)

    def _obey(self, command, say, state):
        word, _, name = command.partition(" ")
        name = name.lstrip("/")
        canned = self.answers.get(command, self.answers.get(word))
        if canned is not None:
            say(canned)
        elif word == "CWD":
            state["lidos"] = command.rstrip("/").endswith("/lidos")
            say("250 in")
        elif word in ("USER", "PASS", "TYPE", "OPTS", "PBSZ", "PROT"):
            say({"USER": "331 and?", "PASS": "230 in"}.get(word, "200 ok"))
        elif word == "PWD":
            say('257 "/"')
        elif word == "EPSV":
            state["data"] = socket.create_server(("127.0.0.1", 0))
            say(f"229 here (|||{state['data'].getsockname()[1]}|)")
        elif word in ("MLSD", "LIST") and getattr(self, word.lower()):
            below = {n.partition("/")[2]: d for n, d in self.files.items() if "/" in n}
            here = below if state.get("lidos") else {n: d for n, d in self.files.items() if "/" not in n}
            text = "".join(f"{entry}\r\n" for entry in getattr(self, word.lower())(here))
            self._give(text.encode("utf-8", "surrogateescape"), say, state)
        elif word == "RETR" and name in self.files:
            self._give(self.files[name], say, state)
        elif word in ("SIZE", "MDTM", "RETR", "RNFR"):
            known = {"SIZE": lambda: len(self.files[name]), "MDTM": lambda: self.times[name], "RNFR": lambda: "ok"}
            state["from"] = name
            try:
                say(f"{350 if word == 'RNFR' else 213} {known[word]()}")
            except KeyError:
                say("550 no such file")
        elif word == "STOR":
            say("150 go on")
            with state.pop("data") as listener, listener.accept()[0] as connection:
                self.files[name] = connection.makefile("rb").read()
            say("226 that was it")
        elif word == "DELE":
            say("250 gone" if self.files.pop(name, None) is not None else "550 no such file")
        elif word == "RNTO":
            self.files[name] = self.files.pop(state["from"])
            say("250 ok")
        elif word == "MKD":
            say("257 made")
        else:
            say("500 what?")

    def _give(self, data, say, state):
        say("150 here it is")
        with state.pop("data") as listener, listener.accept()[0] as connection:
            connection.sendall(data)
            while self.endless:
                connection.sendall(self.endless)
        say("226 that was it")


class Shop:
    def __init__(self, server, ready="immediate", done="keep", scheme="ftp", more=""):
        self.home = Path(tempfile.mkdtemp(dir=Shop.root))
        (self.home / "discador").mkdir()
        for path, text in PACK.items():
            (self.home / path).parent.mkdir(parents=True, exist_ok=True)
            (self.home / path).write_text(text, encoding="utf-8")
        url = f"{scheme}://banco@localhost:{server.port}"
        (self.home / "atom.toml").write_text(SETTINGS.format(url=url, ready=ready, done=done, more=more, target=self.home / "discador"))

    def call(self, *words, expect=0):
        done = subprocess.run([Shop.atom, "-C", self.home, *words], capture_output=True, text=True, timeout=60, env=os.environ | {"SENHA": "x"})
        self.err = done.stderr
        assert expect is None or done.returncode == expect, f"atom {' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def poll(self, at, expect=0):
        """Name and status of what was worked."""
        lines = self.call("run", "--once", "--at", f"2026-11-03 {at}", "--json", expect=expect).splitlines()
        return [(r["file"], r["status"]) for r in map(json.loads, lines) if "file" in r]

    def statuses(self):
        with contextlib.closing(sqlite3.connect(self.home / "data/base.db")) as base:
            return dict(base.execute("select file, status from arquivo order by id"))

    def delivered(self):
        return sorted(f.name for f in (self.home / "discador").iterdir() if f.is_file())


def unix(line_date="Nov  3 09:00"):
    return lambda files: ["total 1", "drwxr-xr-x 2 a b 4096 Nov  3 09:00 lidos"] + [f"-rw-r--r-- 1 a b {len(d)} {line_date} {n}" for n, d in files.items()]


# ----------------------------------------------------------------------------------------------------------------------------------------


@case
def as_dos_lists():
    server = Server({"p1.csv": rows(1), " leia  me ": b"x"},
                    list=lambda files: ["11-03-26  10:00AM       <DIR>          lidos"] + [f"11-03-2026  10:00AM {len(d):20} {n}" for n, d in files.items()])
    shop = Shop(server, done="lidos")
    same(shop.poll("12:00"), [("p1.csv", "done")])
    same(shop.statuses(), {" leia  me ": "unmatched", "p1.csv": "done"})
    same(sorted(server.files), [" leia  me ", "lidos/p1.csv"])
    assert "2 lines of its listing understood, 1 of them files" in shop.call("doctor", expect=None), shop.call("doctor", expect=None)


@case
def facts_that_are_left_out():
    """A size or time that MLSD does not tell is asked for, of a name whose line changed and of no other."""
    facts = {"p1.csv": "type=file;modify=20261103100000;", "p2.csv": "perm=r;", "lidos": "perm=e;", "p3.csv": "Size=21;TYPE=File;"}
    server = Server({"p1.csv": rows(1), "p2.csv": rows(2), "p3.csv": rows(3)}, mlsd=lambda files: [f"{f} {n}" for n, f in facts.items()])
    server.times = {"p1.csv": "20261103100000", "p2.csv": "20261103100000", "p3.csv": "20261103100000.5"}
    shop = Shop(server)
    same(shop.poll("12:00"), [("p1.csv", "done"), ("p2.csv", "done"), ("p3.csv", "done")])
    server.asked()
    same(shop.poll("12:10"), [])
    same(set(server.asked("SIZE")), {"SIZE /lidos"}, "who is no file is asked about each time")
    facts["p2.csv"] = "perm=rw;"
    same(shop.poll("12:20"), [])
    same(set(server.asked("MDTM", "SIZE")), {"MDTM /p2.csv", "SIZE /p2.csv", "MDTM /lidos", "SIZE /lidos"})
    server.files["p2.csv"] = rows(4)
    facts["p2.csv"], server.times["p2.csv"] = "perm=w;", "20261103110000"
    same(shop.poll("12:30"), [("p2.csv", "done")], "another time: another file")


@case
def a_size_that_nobody_tells():
    """Taken when two fetches, half a minute apart, give the same bytes; whatever `ready` says."""
    server = Server({"p1.csv": rows(1)}, mlsd=lambda files: [f"type=file;modify=20261103100000; {n}" for n in files], answers={"SIZE": "502 no"})
    shop = Shop(server, done="lidos")
    same(shop.poll("12:00"), [])
    same(server.asked("RETR"), ["RETR /p1.csv"])
    same(shop.poll("12:00:29"), [])
    same(server.asked("RETR"), [], "it is not fetched again before that")
    server.files["p1.csv"] = rows(1, 2)
    same(shop.poll("12:01"), [], "other bytes")
    same(shop.poll("12:02"), [("p1.csv", "done")])
    same(shop.statuses(), {"p1.csv": "done"})
    same(server.files, {"lidos/p1.csv": rows(1, 2)})
    server.files["p1.csv"] = rows(3)
    same(shop.poll("12:03"), [])
    same(shop.poll("12:04"), [("p1.csv", "done")])


@case
def a_line_that_changes_its_form():
    """`ls -l` of a file that gets old: the same file, with MDTM or without."""
    for answers in ({}, {"MDTM": "502 no"}):
        server = Server({"p1.csv": rows(1)}, list=unix(), answers=answers)
        server.times["p1.csv"] = "20261103120000"
        shop = Shop(server)
        same(shop.poll("12:00"), [("p1.csv", "done")])
        server.list = unix("Nov  3  2026")
        server.asked()
        same(shop.poll("12:10"), [])
        same(server.asked("RETR"), [])
        server.list = unix("Nov  4  2026")
        server.times["p1.csv"], server.files["p1.csv"] = "20261104120000", rows(2)
        same(shop.poll("12:20"), [("p1.csv", "done")])
        server.close()


@case
def a_line_that_nobody_understands():
    """Then nothing is known of the folder: nothing is taken, nothing is gone, and what its jobs hold sends only removals."""
    server = Server({"p1.csv": rows(1), "leia.txt": b"x"}, list=unix())
    shop = Shop(server)
    same(shop.poll("12:00"), [("p1.csv", "done")])
    shop.call("export", "lista", "--at", "2026-11-03 12:01")
    same(shop.delivered(), ["lista_20261103_001.csv"])

    del server.files["leia.txt"]
    server.files["p2.csv"] = rows(2)
    server.list = lambda files: [*unix()(files), "Ficha de Ana Souza  12 Nov"]
    same(shop.poll("12:10", expect=1), [])
    assert 'a line of the listing is not understood, so nothing is taken: "F***a ** *** S***a  ** ***"' in shop.err, shop.err
    same(shop.statuses(), {"p1.csv": "done", "leia.txt": "unmatched"})
    assert "not understood" in shop.call("doctor", expect=1)
    with contextlib.closing(sqlite3.connect(shop.home / "data/base.db")) as base, base:
        base.execute("insert into pedido values (7, 'Rui')")
        base.execute("delete from pedido where numero = 1")
    shop.call("export", "lista", "--at", "2026-11-03 12:11", expect=None)
    same(shop.delivered(), ["lista_20261103_001.csv", "menos_20261103_002.csv"])

    server.list = unix()
    same(shop.poll("12:20"), [("p2.csv", "done")])
    same(shop.statuses(), {"p1.csv": "done", "leia.txt": "removed", "p2.csv": "done"})
    shop.call("export", "lista", "--at", "2026-11-03 12:21")
    assert "mais_20261103_003.csv" in shop.delivered(), shop.delivered()


@case
def what_has_no_end():
    server = Server({"p1.csv": rows(1)}, list=unix())
    server.times["p1.csv"] = "20261103120000"
    server.endless = b"-rw-r--r-- 1 a b 5 Nov  3 09:00 x\r\n" * 10_000
    shop = Shop(server)
    same(shop.poll("12:00", expect=1), [])
    assert "the listing has over 64 MiB" in shop.err, shop.err

    server.endless, give = None, server._give
    def longer(data, say, state):  # more than was listed, and more, and more
        server.endless = b"9;Eva\n" * 10_000 if data.startswith(b"numero") else None
        give(data, say, state)
    server._give = longer
    same(shop.poll("12:10", expect=None), [])
    spool = sum(f.stat().st_size for f in (shop.home / "data").rglob("*") if f.is_file() and "base" not in f.name)
    assert spool < 1 << 20, spool
    same(shop.statuses(), {"p1.csv": "seen"})


@case
def every_name_is_taken():
    """A server that has every name already keeps only its own file from being moved."""
    server = Server({"p1.csv": rows(1)}, list=unix(), answers={"SIZE": "213 21", "MDTM": "213 20261103120000"})
    shop = Shop(server, done="lidos")
    same(shop.poll("12:00", expect=1), [("p1.csv", "done")])
    assert "every name up to lidos/p1.csv.1048576 is taken there" in shop.err, shop.err
    same(len(server.asked("SIZE")) < 60, True)


@case
def data_that_would_go_in_clear():
    """ftps:// whose server encrypts the login and will not encrypt the data."""
    names = Shop.root / "names"
    names.write_text("subjectAltName=DNS:localhost\n")
    words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    subprocess.run(["openssl", *words.split(), "-keyout", Shop.root / "key.pem", "-out", Shop.root / "cert.pem"], check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(Shop.root / "cert.pem", Shop.root / "key.pem")
    server = Server({"p1.csv": rows(1)}, list=unix(), answers={"PROT": "536 not here"}, tls=tls)
    shop = Shop(server, scheme="ftps", more=f'ca_file = "{Shop.root}/cert.pem"')
    same(shop.poll("12:00", expect=1), [])
    assert "SSL" in shop.err, shop.err
    same(server.asked("MLSD", "LIST", "RETR"), [])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--atom", required=True)
    parser.add_argument("--only", default="", help="cases with this in their names")
    args = parser.parse_args()
    Shop.atom = os.path.abspath(args.atom)
    failed = []
    chosen = [c for c in CASES if args.only in c.__name__]
    with tempfile.TemporaryDirectory(prefix="atom-odd-ftp-") as root:
        Shop.root = Path(root)
        for call in chosen:
            try:
                call()
                print(f"{call.__name__}: ok", flush=True)
            except Exception:  # noqa: BLE001: whatever it is, the others are run too
                failed.append(call.__name__)
                print(f"{call.__name__}: FAILED\n{traceback.format_exc()}", flush=True)
    print(f"{len(chosen) - len(failed)} of {len(chosen)} cases hold")
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
