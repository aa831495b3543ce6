"""a fetch by SFTP from OpenSSH on loopback, against OpenSSH's own sftp (`get -f`); as root, for the server's login

Both log in by a key, list or look for the file, fetch it and sync it to the disk; atom takes its SHA-256 on the way. atom's seconds are those of
the whole `run --once`, without those that the ledger says the fetched file was worked.
"""

import contextlib
import json
import os
import sys

from measure import ROOT, Failed

sys.path.insert(0, os.path.join(ROOT, "tests", "remote"))
from servers import Servers  # noqa: E402

NAME = "grande_20261103.txt"
LINE = b"x" * 4095 + b"\n"
LAYOUT = """\
layout = "linhas"
format = "fixed"

[[record]]
fields = [{ name = "linha_toda", at = 1, len = 4095, type = "text" }]
"""
JOB = """\
job = "grande"
layout = "linhas"
files = ["grande_{data:YYYYMMDD}.txt"]

[[rule]]
name = "nenhuma"
reject = "e.linha < 0"
code = "NENHUMA"
message = "nenhuma linha"
field = "linha_toda"
"""
SETTINGS = """\
[base]
path = "data/base.db"
online = "data/online.db"

[[source]]
name = "servidor"
url = "sftp://{user}@127.0.0.1:{port}{path}"
key = "{key}"
known_hosts = "{known_hosts}"
done = "keep"
ready = "immediate"
"""


@contextlib.contextmanager
def serving(bench, folder):
    """An sshd with that folder in its user's home; gives the folder's path and a function that makes a workspace with it as its source."""
    with Servers(os.path.join(bench.folder("servers")), ftp=False) as server:
        env = server.env
        path = os.path.join(env["HOME"], folder)
        os.mkdir(path)

        def settings():
            return SETTINGS.format(user=env["USER"], port=env["SFTP_PORT"], path=path, key=env["KEY"], known_hosts=env["KNOWN_HOSTS"])

        yield path, settings, sftp_command(env)


def sftp_command(env):
    options = ("IdentitiesOnly=yes", f"UserKnownHostsFile={env['KNOWN_HOSTS']}", "StrictHostKeyChecking=yes", f"Port={env['SFTP_PORT']}")
    return lambda batch: ["sftp", "-q", "-b", batch, "-i", env["KEY"], *(w for o in options for w in ("-o", o)), f"{env['USER']}@127.0.0.1"]


def small_pack(bench, settings):
    w = bench.folder("workspace")
    for sub in ("layouts", "jobs/schema/base"):
        os.makedirs(os.path.join(w, sub))
    for name, text in (("atom.toml", settings), ("layouts/linhas.toml", LAYOUT), ("jobs/grande.toml", JOB)):
        with open(os.path.join(w, name), "w", encoding="utf-8") as file:
            file.write(text)
    return w


def batch_file(bench, text):
    path = os.path.join(bench.folder("batch"), "commands")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text + "\n")
    return path


def measure(bench):
    lines = bench.args.megabytes * 1_000_000 // len(LINE)
    with serving(bench, "pasta") as (folder, settings, sftp):
        with open(os.path.join(folder, NAME), "wb") as file:
            for _ in range(lines):
                file.write(LINE)
        for _ in bench.rounds():
            local = os.path.join(bench.folder("rival"), NAME)
            bench.rival("sftp get", *sftp(batch_file(bench, f"get -f {folder}/{NAME} {local}")))
            run = bench.run_atom(small_pack(bench, settings()), "run", "--once", "--json", "--at", "2026-11-03 06:00")
            run.entry = json.loads(run.out) if run.code == 0 else {}
            if run.entry.get("accepted") != lines:
                raise Failed(f"atom run --once: exit {run.code}\n{run.out[:500]}{run.err[:2000]}")
            run.seconds -= run.entry["seconds"]
            run.bytes = lines * len(LINE)
            bench.keep("fetch", run)


def rows(bench):
    size = f"{bench.args.megabytes / 1000:g} GB"
    return [bench.row(f"OpenSSH's sftp fetches {size}", "sftp get"), bench.speed(f"SFTP fetch of {size}", "fetch", "sftp get", 0.8)]
