#!/usr/bin/env python3
"""What somebody sees in a terminal: tables that fit it, colours or none, Portuguese or English, a pager; that nothing of it is piped;
and that who may only read a workspace can ask.

Runs atom under a terminal of its own (a pseudo terminal) of a given size.
"""

import argparse
import fcntl
import os
import pty
import re
import shutil
import sqlite3
import struct
import subprocess
import tempfile
import termios

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
LAYOUT = 'layout = "orders"\nformat = "csv"\n[[record]]\nfields = [{ name = "number", type = "integer", required = true }, { name = "customer" }]\n'
JOB = """job = "orders"
layout = "orders"
files = ["orders_of_the_bakery_at_the_corner_{data:YYYYMMDD}.csv"]
[[rule]]
name = "keep"
upsert = "orders"
key = ["number"]
"""
TABLE = "create table orders(number integer primary key, customer text, arquivo_id integer, linha integer);"
NAME = "orders_of_the_bakery_at_the_corner_20261103.csv"


class Terminal:
    def __init__(self, atom, home):
        self.atom, self.home = atom, home

    def environment(self, **more):
        kept = {k: v for k, v in os.environ.items() if k not in ("LANG", "LC_ALL", "LC_MESSAGES", "ATOM_LANG", "NO_COLOR", "PAGER", "TERM")}
        return {**kept, "LC_ALL": "C.UTF-8", "TERM": "xterm", **more}

    def shown(self, *arguments, columns=80, lines=40, **environment):
        """All that the terminal gets, without carriage returns."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        process = subprocess.Popen([self.atom, "-C", self.home, *arguments], stdin=theirs, stdout=theirs, stderr=theirs,
                                   env=self.environment(**environment), close_fds=True)
        os.close(theirs)
        out = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            out += piece
        process.wait()
        os.close(ours)
        return out.decode().replace("\r\n", "\n")

    def reader(self, *arguments, **more):
        """As somebody who may read the workspace and write nothing there."""
        user = {"user": 65534} if os.geteuid() == 0 else {}
        return subprocess.Popen([self.atom, "-C", self.home, *arguments], env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, **user, **more)

    def piped(self, *arguments, **environment):
        return subprocess.run([self.atom, "-C", self.home, *arguments], env=self.environment(**environment), capture_output=True, text=True,
                              check=False).stdout


def made(atom, root):
    home = os.path.join(root, "bakery")
    os.makedirs(os.path.join(home, "jobs/schema/base"))
    os.makedirs(os.path.join(home, "layouts"))
    for name, text in (("atom.toml", "[base]\n"), ("layouts/orders.toml", LAYOUT), ("jobs/orders.toml", JOB), ("jobs/schema/base/001.sql", TABLE),
                       (NAME, "number;customer\n1;Ana\n2;Eva\nx;Rui\n"), ("letter.csv", "x\n")):
        with open(os.path.join(home, name), "w", encoding="utf-8") as file:
            file.write(text)
    subprocess.run([atom, "-C", home, "import", os.path.join(home, NAME), os.path.join(home, "letter.csv")], capture_output=True, check=False)
    return Terminal(atom, home)


def tables_fit(t):
    for columns in (60, 80, 120, 200):
        lines = COLOUR.sub("", t.shown("files", columns=columns)).splitlines()
        assert all(len(line) <= columns for line in lines), (columns, lines)
        assert lines[0].split()[:2] == ["id", "file"] and "status" in lines[0], lines
    narrow, wide = (COLOUR.sub("", t.shown("files", columns=c)) for c in (80, 200))
    assert NAME in wide and NAME not in narrow and re.search(r"orders\S*…\S*1103\.csv", narrow), narrow  # a name loses its middle
    head, row, *_ = wide.splitlines()
    assert row[head.index("read") + 3] == "3", wide  # a number stands under its heading's end
    many = COLOUR.sub("", t.shown("query", "select " + ", ".join(f"{i} a{i}" for i in range(40)), columns=80))
    assert many.startswith("--- 1 ---\n") and "\na39  39\n" in many, many


def colours_are_for_terminals(t):
    assert COLOUR.search(t.shown("files"))
    assert not COLOUR.search(t.shown("files", NO_COLOR="1")) and not COLOUR.search(t.shown("files", TERM="dumb"))
    assert not COLOUR.search(t.piped("files"))


def the_console_is_portuguese(t):
    for setting in ({"LC_ALL": "pt_BR.UTF-8"}, {"ATOM_LANG": "pt"}, {"LC_ALL": "", "LANG": "pt_BR.UTF-8"}):
        shown = COLOUR.sub("", t.shown("files", columns=200, **setting))
        assert shown.split()[:4] == ["id", "arquivo", "job", "situação"] and " feito " in shown and " sem job " in shown, shown
        assert t.piped("files", **setting) == t.piped("files"), "what is piped never changes"
    assert "ninguém precisa agir" in t.shown("status", ATOM_LANG="pt")
    english = t.shown("files", ATOM_LANG="en", LC_ALL="pt_BR.UTF-8")
    assert "situação" not in english, english
    assert t.shown("files", "--json", ATOM_LANG="pt") == t.piped("files", "--json")
    helped = t.shown("help", "approve", ATOM_LANG="pt")
    assert helped.startswith("Uso: atom approve") and "mostra esta ajuda e termina" in helped, helped
    assert t.shown("doctor", ATOM_LANG="pt", NO_COLOR="1").split()[:3] == ["state", "what", "text"]


def a_pager_shows_what_is_long(t):
    long = "with recursive n(x) as (select 1 union all select x + 1 from n where x < 100) select x from n"
    assert t.shown("query", long, lines=20, PAGER="sed s/^/paged:/").startswith("paged:")
    assert "paged:" not in t.shown("query", "select 1 x", lines=20, PAGER="sed s/^/paged:/")
    assert t.shown("query", long, lines=20, PAGER="head -2").count("\n") == 2


def told(process):
    out, err = process.communicate()
    return process.returncode, out, err


def who_may_only_read_can_ask(t):
    data = os.path.join(t.home, "data")
    for folder, _, names in os.walk(t.home):
        os.chmod(folder, 0o755)
        for name in names:
            os.chmod(os.path.join(folder, name), 0o644)
    os.chmod(data, 0o555)  # of no weight where root runs the test: then the reader is somebody else
    try:
        ask = "select count(*) n from orders"
        assert told(t.reader("query", ask)) == (0, "n\n2\n", ""), told(t.reader("query", ask))
        for command, code in ((("files",), 0), (("errors",), 0), (("status",), 0), (("jobs",), 0), (("check",), 0), (("trail",), 0)):
            process = t.reader(*command)
            found = told(process)
            assert found[0] == code and found[2] == "", (command, found)
        base_is_written_while_it_is_read(t, data)
        os.chmod(data, 0o755)
        writer = sqlite3.connect(os.path.join(data, "base.db"), isolation_level=None)  # others have it open now
        writer.execute("begin immediate")
        writer.execute("delete from orders")
        os.chmod(data, 0o555)
        assert told(t.reader("query", ask)) == (0, "n\n3\n", ""), told(t.reader("query", ask))
        writer.execute("rollback")
        os.chmod(data, 0o755)
        writer.close()
    finally:
        os.chmod(data, 0o755)


def base_is_written_while_it_is_read(t, data):
    """Nobody has the base open, so it is read as it stands; a row of so many is on its way when another one is written."""
    many = "with recursive n(x) as (select 1 union all select x + 1 from n where x < 100000) select x, (select count(*) from orders) from n"
    process = t.reader("query", many)
    process.stdout.readline()
    os.chmod(data, 0o755)
    writer = sqlite3.connect(os.path.join(data, "base.db"), isolation_level=None)
    writer.execute("insert into orders values(7, 'Rui', null, null)")
    writer.execute("pragma wal_checkpoint(truncate)")
    writer.close()
    os.chmod(data, 0o555)
    code, _, err = told(process)
    assert code == 1 and "ask again" in err, (code, err)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--atom", required=True)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="atom-console-") as root:
        os.chmod(root, 0o755)
        atom = shutil.copy(args.atom, os.path.join(root, "atom"))  # where everybody may read it
        terminal = made(atom, root)
        for test in (tables_fit, colours_are_for_terminals, the_console_is_portuguese, a_pager_shows_what_is_long, who_may_only_read_can_ask):
            test(terminal)
            print(f"{test.__name__}: well")


if __name__ == "__main__":
    main()
