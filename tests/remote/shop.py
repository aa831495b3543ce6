"""A small workspace of its own (orders come in, a list of them goes out) whose folders are on the servers of servers.py, and the few calls that
end_to_end.py makes on it."""

import datetime
import itertools
import json
import os
import shutil
import subprocess
import threading
from pathlib import Path

SETTINGS = """\
[base]

[[source]]
name = "credor"
{source}
ready = "{ready}"
done = "{done}"

[[target]]
name = "discador"
{target}
staging = ".tmp"
"""

PACK = {
    "layouts/pedido.toml": """\
layout = "pedido"
format = "csv"

[[record]]
fields = [
  { name = "numero", type = "integer", required = true },
  { name = "cliente", sensitive = true },
  { name = "valor", type = "decimal", scale = 2 },
]
""",
    "layouts/lista.toml": """\
layout = "lista"
format = "csv"
line_end = "lf"
encoding = "utf-8"

[[record]]
fields = [ { name = "numero", type = "integer" }, { name = "cliente" }, { name = "valor", type = "decimal", scale = 2 } ]
""",
    "layouts/retirada.toml": """\
layout = "retirada"
format = "csv"
line_end = "lf"

[[record]]
fields = [ { name = "numero", type = "integer" } ]
""",
    "jobs/pedidos.toml": r"""
job = "pedidos"
layout = "pedido"
files = ["pedidos_{data:YYYYMMDD}_{hora:HHMMSS}.csv", "l{nome}.csv", "50% 'a' \"b\"; c&d=e#{data:YYYYMMDD}?*[x].csv"]
order = 10
reject_limit = "none"

[[rule]]
name = "guarda"
upsert = "pedido"
key = ["numero"]
""",
    "jobs/cancelados.toml": """\
job = "cancelados"
layout = "pedido"
files = ["cancelados_{data:YYYYMMDD}_{hora:HHMMSS}.csv"]
order = 20

[[rule]]
name = "cancela"
update = "pedido"
key = ["numero"]
set = { cancelado = "1" }
""",
    "jobs/lista.toml": """\
export = "lista"
query = "select numero, cliente, valor from pedido where cancelado = 0"
key = ["numero"]
layout = "lista"
target = "discador"
after = ["pedidos", "cancelados"]

[files]
full = "lista_{data:YYYYMMDD}_{seq:3}.csv"
delta = "mais_{data:YYYYMMDD}_{seq:3}.csv"
removed = "menos_{data:YYYYMMDD}_{seq:3}.csv"

[removed]
layout = "retirada"
query = "select numero from removidos"
""",
    "jobs/schema/base/001_pedido.sql": """\
create table pedido(numero integer primary key, cliente text, valor integer, cancelado integer not null default 0,
  arquivo_id integer, linha integer);
""",
}

KINDS = ("file", "sftp", "sftp key", "ftp", "ftp tls", "ftps")
HEADER = "numero;cliente;valor\n"


def orders(*numbers):
    return (HEADER + "".join(f"{n};Ana;1,00\n" for n in numbers)).encode()


class Shop:
    """kind, target_kind: one of KINDS. port, target_port: of a proxy. shipped: the shipped pack in place of the small one."""

    all_servers = None  # set once, as the others
    servers = None  # their env
    atom = None
    generate = None
    work = None
    numbers = itertools.count(1)

    def __init__(self, name, kind="file", target_kind="file", ready="immediate", done="lidos", port=None, target_port=None, shipped=False):
        name = f"{next(Shop.numbers):02d} {name}"
        self.passwords = {"CREDOR_PASSWORD": Shop.servers["PASSWORD"], "DISCADOR_PASSWORD": Shop.servers["PASSWORD"]}
        self.home = Path(Shop.work) / name
        self.remote = Path(Shop.servers["HOME"]) / name
        self.credor, self.discador = self.remote / "credor", self.remote / "discador"
        for folder in (self.remote, self.credor, self.discador):
            folder.mkdir()
            shutil.chown(folder, Shop.servers["USER"])
        if shipped:
            self.call("init", str(self.home))
        for path, text in () if shipped else PACK.items():
            (self.home / path).parent.mkdir(parents=True, exist_ok=True)
            (self.home / path).write_text(text, encoding="utf-8")
        self.known_hosts = self.home / "known_hosts"
        self.known_hosts.write_text(Path(Shop.servers["KNOWN_HOSTS"]).read_text())
        self.settings = {
            "source": {"kind": kind, "folder": self.credor, "port": port},
            "target": {"kind": target_kind, "folder": self.discador, "port": target_port},
            "ready": ready, "done": done,
        }  # fmt: skip
        self.configure()
        self.now = datetime.datetime(2026, 10, 30, 2, 0)
        self.drops = 0

    def configure(self):
        text = SETTINGS.format(source=self._folder("source", "CREDOR_PASSWORD"), target=self._folder("target", "DISCADOR_PASSWORD"),
                               ready=self.settings["ready"], done=self.settings["done"])  # fmt: skip
        (self.home / "atom.toml").write_text(text, encoding="utf-8")

    def _folder(self, which, password):
        s, here = self.servers, self.settings[which]
        kind = here["kind"]
        is_ftp = kind.startswith("ftp")
        path = str(here["folder"].relative_to(s["HOME"]) if is_ftp else here["folder"]).replace(" ", "%20")
        if kind == "file":
            return f'url = "file://{path}"'
        scheme = kind.split()[0]
        port = here["port"] or s[{"sftp": "SFTP_PORT", "ftp": "FTP_PORT", "ftps": "FTPS_PORT"}[scheme]]
        lines = [f'url = "{scheme}://{s["USER"]}@127.0.0.1:{port}{"/" if is_ftp else ""}{path}{"?tls=explicit" if kind == "ftp tls" else ""}"']
        lines.append(f'key = "{s["KEY"]}"' if kind == "sftp key" else f'password_env = "{password}"')
        if scheme == "sftp":
            lines.append('known_hosts = "known_hosts"')
        elif kind != "ftp":
            lines.append(f'ca_file = "{s["CA"]}"')
        return "\n".join(lines)

    # -- the program

    def environment(self):
        return {k: v for k, v in os.environ.items() if not k.startswith("ATOM_")} | self.passwords

    def call(self, *words, expect=0):
        done = subprocess.run([self.atom, "-C", self.home, *words], capture_output=True, env=self.environment(), timeout=60, check=False)
        out, err = done.stdout.decode(), done.stderr.decode()
        if expect is not None:
            assert done.returncode == expect, f"atom {' '.join(words)} ended with {done.returncode}\n{out}{err}"
        self.code, self.err = done.returncode, err
        return out

    def at(self):
        return self.now.strftime("%Y-%m-%d %H:%M:%S")

    def poll(self, *words, expect=0, after=60):
        """One look, `after` seconds after the one before; the files that it worked."""
        self.now += datetime.timedelta(seconds=after)
        return [json.loads(line) for line in self.call("run", "--once", "--json", "--at", self.at(), *words, expect=expect).splitlines()]

    def ledger(self):
        return [json.loads(line) for line in self.call("files", "--json", expect=None).splitlines()]

    def statuses(self):
        return [row["status"] for row in self.ledger()]

    def ask(self, sql):
        return [tuple(json.loads(line).values()) for line in self.call("query", "--json", sql).splitlines()]

    def orders(self):
        return [row[0] for row in self.ask("select numero from pedido where cancelado = 0 order by 1")]

    def spool(self):
        """What lies there of files; `looked` only tells when each source could last be listed."""
        spool = os.walk(self.home / "data" / "spool")
        return sorted(os.path.relpath(os.path.join(folder, name), self.home) for folder, _, names in spool for name in names
                      if os.path.basename(folder) != "looked")

    # -- the other side

    def drop(self, name, data):
        """The creditor puts a file; each has a time of its own."""
        path = os.path.join(os.fsencode(self.credor), os.fsencode(name))
        with open(path, "wb") as file:
            file.write(data)
        shutil.chown(path, self.servers["USER"])
        self.drops += 1
        os.utime(path, (1_790_000_000 + 60 * self.drops,) * 2)
        return name

    def drop_generated(self, name, kind, day, *options):
        made = self.home / "made"
        subprocess.run([self.generate, kind, "--contracts", "300", "--seed", "3", "--day", day, "--out", made, *options], check=True)
        data = made.read_bytes()
        made.unlink()
        return self.drop(name, data)

    def drop_orders(self, *numbers):
        self.drops += 1
        return self.drop(f"pedidos_20261030_{self.drops:06d}.csv", orders(*numbers))

    def source_files(self, sub=""):
        return files_of(self.credor / sub)

    def target_files(self, sub=""):
        return files_of(self.discador / sub)

    def take(self):
        """The dialer takes its files away."""
        files = self.target_files()
        for name in files:
            (self.discador / name).unlink()
        return files


def files_of(folder):
    """name -> bytes of the files directly in the folder"""
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.is_file()} if folder.is_dir() else {}


class Watch:
    """Looks at a folder all the time: which bytes stood under each name."""

    def __init__(self, folder):
        self._folder, self._stop = folder, threading.Event()
        self.seen = {}
        self._thread = threading.Thread(target=self._look, daemon=True)

    def _look(self):
        while not self._stop.is_set():
            try:
                for name, data in files_of(self._folder).items():
                    self.seen.setdefault(name, set()).add(data)
            except FileNotFoundError:
                continue  # taken between the listing and the reading
            self._stop.wait(0.001)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()
