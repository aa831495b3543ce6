#!/usr/bin/env python3
"""Two days of a collection agency, on a real SFTP server on loopback: what the creditor drops, what atom makes of it, what the dialer and
the creditor get. Shows it, checks it, and leaves nothing behind; exits 0 only if all is as promised.

    demo.py --atom PATH --generate PATH
"""

import argparse
import contextlib
import csv
import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "remote"))
from servers import Servers  # noqa: E402

WIDTH = 98
CONTRACTS = 20_000
BAD, CHANGED, NEW = 0.01, 0.02, 0.005  # shares of the lines
FRIDAY, TUESDAY = "2026-10-30", "2026-11-03"  # Monday 2 November is a holiday: Tuesday is the next bank business day

SETTINGS = """
[[source]]
name = "credor"
url = "sftp://{user}@127.0.0.1:{port}{home}/credor"
key = "{key}"
known_hosts = "known_hosts"
done = "lidos"
errors = "erros"
ready = "stable"

[[target]]
name = "discador"
url = "sftp://{user}@127.0.0.1:{port}{home}/discador"
password_env = "DISCADOR_PASSWORD"
known_hosts = "known_hosts"
staging = ".tmp"
"""


class NotAsPromised(Exception):
    pass


def check(holds, what):
    if not holds:
        raise NotAsPromised(what)


# ---- showing ------------------------------------------------------------------------------------------------------------------------


def say(text=""):
    print(text, flush=True)


def cut(text, width=WIDTH):
    return text if len(text) <= width else text[: width - 1] + "…"


def bold(text):
    return f"\033[1m{text}\033[0m" if sys.stdout.isatty() else text


def heading(text):
    say("\n" + bold(f"── {text} " + "─" * (WIDTH - 4 - len(text))))


def day_heading(text):
    say("\n" + bold("═" * WIDTH + f"\n   {text}\n" + "═" * WIDTH))


def show_table(rows, indent="  "):
    """Rows of cells, the first one the header, in columns; numbers to the right."""
    columns = list(zip(*rows))
    is_number = [all(c.replace(".", "").replace(",", "").isdigit() for c in column[1:] if c) for column in columns]
    widths = [max(map(len, column)) for column in columns]
    for row in rows:
        cells = [c.rjust(w) if n else c.ljust(w) for c, w, n in zip(row, widths, is_number)]
        say(cut((indent + "  ".join(cells)).rstrip()))


def show_cells(cells, indent):
    """name=value, as many a line as fit."""
    line = indent
    for cell in cells:
        if len(line) + len(cell) > WIDTH:
            say(line.rstrip())
            line = indent
        line += cell + "  "
    say(line.rstrip())


def amount(n):
    return f"{n:,}"


def lines_of(path):
    with open(path, "rb") as file:
        return sum(1 for _ in file)


# ---- the agency ---------------------------------------------------------------------------------------------------------------------


class Agency:
    """A workspace, the SFTP server that stands for the creditor and the dialer, and what happens on a day."""

    def __init__(self, atom, generate, folder, server):
        self.atom, self.generate, self.folder, self.server = atom, generate, Path(folder), server
        self.home = self.folder / "agency"
        self.drop_box = self.folder / "drop"
        self.credor, self.discador = (Path(server["HOME"]) / name for name in ("credor", "discador"))
        self.dialed = {}  # contract -> line: the list that the dialer holds, made of the files that it was given

    def make(self):
        self.drop_box.mkdir()
        self.sftp("mkdir credor", "mkdir discador")
        self.bash(f"atom init {self.home}")
        (self.home / "known_hosts").write_text(Path(self.server["KNOWN_HOSTS"]).read_text())
        settings = SETTINGS.format(user=self.server["USER"], port=self.server["SFTP_PORT"], home=self.server["HOME"], key=self.server["KEY"])
        with open(self.home / "atom.toml", "a", encoding="utf-8") as file:
            file.write(settings)
        say()
        for line in settings.strip().splitlines():
            say(cut("  " + line).rstrip())
        say()
        self.show("atom check")

    # -- commands

    def bash(self, command):
        """What the command prints; a command that fails ends the demo."""
        path = f"{os.path.dirname(self.atom)}:{os.environ.get('PATH', '/usr/bin:/bin')}"
        environment = {**os.environ, "PATH": path, "ATOM_HOME": str(self.home), "DISCADOR_PASSWORD": self.server["PASSWORD"]}
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=environment, stdin=subprocess.DEVNULL, check=False)
        check(done.returncode == 0, f"{command}\nended with {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def rows(self, command):
        return [line.split("\t") for line in self.bash(command).splitlines()]

    def show(self, command):
        """The command and what it prints, its tabs as columns."""
        say(bold("$ " + command))
        lines = self.bash(command).splitlines()
        tabbed = [line.split("\t") for line in lines if "\t" in line]
        if tabbed:
            show_table(tabbed)
        for line in lines:
            if "\t" not in line:
                say(cut("  " + line))

    def ask(self, sql):
        """A value of the base."""
        return json.loads(self.bash(f"atom query --json {shlex.quote('select (' + sql + ') x')}"))["x"]

    def sftp(self, *commands):
        s = self.server
        client = ["sftp", "-q", "-b", "-", "-i", s["KEY"], "-P", s["SFTP_PORT"], "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-F", "none",
                  "-o", f"UserKnownHostsFile={s['KNOWN_HOSTS']}", f"{s['USER']}@127.0.0.1"]  # fmt: skip
        done = subprocess.run(client, input="\n".join(commands) + "\n", capture_output=True, text=True, check=False)
        check(done.returncode == 0, f"sftp: {done.stderr}")

    # -- a day

    def make_file(self, kind, name, day, *options):
        command = [self.generate, kind, "--contracts", str(CONTRACTS), "--seed", "5", "--day", day, "--bad", str(BAD / 4 if kind == "parcelas" else BAD), "--out", self.drop_box / name, *options]
        subprocess.run(command, check=True)

    def drop(self, what):
        """Puts the files into the creditor's folder, as the creditor would; shows them."""
        names = sorted(path.name for path in self.drop_box.iterdir())
        self.sftp(*(f'put "{self.drop_box / name}" "credor/{name}"' for name in names))
        rows = [["the creditor puts by sftp", "bytes", "lines", ""]]
        for name in names:
            path = self.drop_box / name
            rows.append([name, amount(path.stat().st_size), amount(lines_of(path)), what[name]])
            path.unlink()
        widths = [max(len(r[i]) for r in rows) for i in range(3)]
        for name, size, lines, note in rows:
            say(cut(f"  {name:<{widths[0]}}  {size:>{widths[1]}}  {lines:>{widths[2]}}  {note}").rstrip())

    def poll(self, at):
        say()
        started = time.monotonic()
        command = f'atom run --once --settle 1s --at "{at}"'
        say(bold(f"$ {command}"))
        for line in self.bash(command).splitlines():
            if line.startswith("export "):
                say(cut("  " + line))
        say(f"  … worked and delivered in {time.monotonic() - started:.1f} seconds")

    def ledger(self, day, files):
        heading("The ledger")
        self.show(f"atom files --date {day} --at '{day} 02:20' | cut -f 2,4,6-10")
        rows = [json.loads(line) for line in self.bash(f"atom files --json --date {day} --at '{day} 02:20'").splitlines()]
        check(self.rows(f"atom files --status failed --json --at '{day} 02:20'") == [], "no file failed")
        check(len(rows) == files and all(r["status"] == "done" for r in rows), "every file of the day is done")
        check(all(r["read"] == r["accepted"] + r["rejected"] for r in rows), "read = accepted + rejected")
        left = [path.name for path in self.credor.iterdir() if path.is_file()]
        check(not left, f"every file of the creditor was moved to lidos, but {left} stay")
        return rows

    def rejects(self, day):
        heading("Lines turned down or warned, by code")
        self.show(f"""atom query "select job, codigo, iif(aviso, 'warned', 'turned down') line, count(*) faults,
  min(mensagem) 'for example' from rejeicao r join arquivo a on a.id = r.arquivo_id
  where a.data = '{day}' group by 1, 2, 3 order by a.id, 3, 4 desc" """.rstrip())

    def dialer(self, kinds):
        """What came into the dialer's folder, in its order; kinds says which files must be there, and no others."""
        heading("What the dialer got")
        files = sorted(path for path in self.discador.iterdir() if path.is_file())
        found = sorted(path.name.rsplit("_", 1)[0] for path in files)
        check(found == sorted(kinds), f"the dialer gets {sorted(kinds)}, not {found}")
        check(not list((self.discador / ".tmp").iterdir()), "nothing half is left in the staging folder")
        for path in sorted(files, key=lambda p: p.stem.rsplit("_", 1)[1]):
            header, *rows = path.read_bytes().decode("iso-8859-1").split("\r\n")[:-1]
            say(f"  {bold(path.name)}: {amount(len(rows))} rows, {amount(path.stat().st_size)} bytes")
            for line in [header, *rows[:4]]:
                say(cut("    " + line))
            if path.name.startswith("discagem_"):
                say("    The first of them, whole:")
                show_cells((f"{n}={v}" for n, v in zip(header.split(";"), rows[0].split(";")) if v), "      ")
            self.apply(path.name, header.split(";"), rows)
            path.unlink()  # the dialer takes its files away
        mailing = [row[0] for row in self.rows("atom query 'select contrato from mailing order by 1'")[1:]]
        check(sorted(self.dialed) == mailing, "file upon file, the dialer's list is the mailing of the base")
        say(f"  The dialer's list is now {amount(len(self.dialed))} contracts: the base's mailing, no more, no less.")

    def apply(self, name, header, rows):
        at = header.index("contrato")
        for row in rows:
            contract = row.split(";")[at]
            if name.startswith("baixa_"):
                check(self.dialed.pop(contract, None), f"{contract} is removed, but the dialer does not hold it")
            else:
                self.dialed[contract] = row

    def errors(self, rows):
        heading("What the creditor got back, in erros")
        listed = [["file", "bytes", "lines"]]
        for row in rows:
            for ending in (".erros.csv", ".rejeitados"):
                path = self.credor / "erros" / (row["file"] + ending)
                check(path.exists() == bool(row["rejected"] or (row["warnings"] and ending == ".erros.csv")), f"{path.name} is there if it must be")
                if path.exists():
                    listed.append([path.name, str(path.stat().st_size), str(lines_of(path))])
        show_table(listed)
        remessa = next(r["file"] for r in rows if r["job"] == "remessa")
        say(f"\n  {remessa}.erros.csv, the first of each code (without the line itself):")
        with open(self.credor / "erros" / f"{remessa}.erros.csv", encoding="utf-8-sig", newline="") as file:
            header, *faults = csv.reader(file, delimiter=";")
        first = {row[5]: row for row in reversed(faults)}
        show_table([[row[1], *row[3:8]] for row in [header, *sorted(first.values(), key=lambda r: int(r[1]))]], "    ")
        rejected = self.credor / "erros" / f"{remessa}.rejeitados"
        taken = set((self.credor / "lidos" / remessa).read_bytes().splitlines())
        check(all(line in taken for line in rejected.read_bytes().splitlines()), "the rejected lines come back byte for byte")

    def contract(self, contract):
        heading(f"One contract: {contract}")
        self.show(f"""atom query "select nome, uf, status, status_desde desde,
  decimal_texto(valor_atraso, 2) valor_atraso, dias_atraso
  from ficha where contrato = '{contract}'" """.rstrip())
        self.show(f"""atom query "select posicao, tipo, ddd, fone, score from telefone
  where contrato = '{contract}' order by ordem" """.rstrip())


def next_to_settle(agency, acordos):
    """A contract that the dialer calls today, with a phone of the agency's own, and that tomorrow's agreements name."""
    named = {line[1:21].strip().lstrip("0") for line in acordos.read_text("iso-8859-1").splitlines()}
    bought = {r[0] for r in agency.rows("atom query \"select distinct contrato from telefone where origem <> 'remessa' and score is not null and posicao is not null\"")[1:]}
    both = sorted(named & bought & set(agency.dialed))
    check(both, "some contract has a bought phone today and an agreement tomorrow")
    return both[0]


# ---- the two days -------------------------------------------------------------------------------------------------------------------


def friday(agency):
    day_heading("Friday 30 October 2026 ─ the first remessa")
    names = {
        "20261030_010500_remessa_528_out.528": f"280 fields each; {BAD:.0%} bad",
        "20261030_011500_parc_528_out.528": "instalments",
        "telefones_carteira_veic_301026013000.csv": "bought phones",
        "20261030_014500_acordo_528_out.528.txt": "agreements",
    }
    remessa, parcelas, telefones, acordos = names
    agency.make_file("remessa", remessa, FRIDAY, "--daily-arrears")
    agency.make_file("parcelas", parcelas, FRIDAY)
    agency.make_file("telefones", telefones, FRIDAY, "--utf8", "--bom")
    agency.make_file("acordos", acordos, FRIDAY, "--share", "0.02")
    agency.drop(names)
    agency.poll(f"{FRIDAY} 02:15")
    rows = agency.ledger(FRIDAY, 4)
    agency.rejects(FRIDAY)
    agency.dialer(["discagem_20261030"])
    agency.errors(rows)


def tuesday(agency, chosen_from):
    day_heading("Tuesday 3 November 2026 ─ the next bank business day: a changed remessa, new agreements")
    names = {
        "20261103_010500_remessa_528_out.528": f"{CHANGED:.0%} changed, {NEW:.1%} new",
        chosen_from.name: "agreements",
    }
    chosen_from.rename(agency.drop_box / chosen_from.name)
    agency.make_file("remessa", next(iter(names)), TUESDAY, "--daily-arrears", "--change", str(CHANGED), "--new", str(NEW))
    agency.drop(names)
    say("  On every line dias_atraso has grown by four days; that alone is no change for the dialer.")
    agency.poll(f"{TUESDAY} 02:15")
    rows = agency.ledger(TUESDAY, 2)
    agency.rejects(TUESDAY)
    agency.dialer(["baixa_20261103", "incremental_20261103"])
    agency.errors(rows)


def two_days(agency):
    agency.make()
    friday(agency)
    acordos = "20261103_014500_acordo_528_out.528.txt"
    agency.make_file("acordos", acordos, TUESDAY, "--share", "0.02")
    later = (agency.drop_box / acordos).rename(agency.folder / acordos)
    contract = next_to_settle(agency, later)
    agency.contract(contract)
    check(agency.ask(f"select status from ficha where contrato = '{contract}'") == "ATIVO", "the contract may be called on Friday")
    tuesday(agency, later)
    agency.contract(contract)
    check(contract not in agency.dialed, "the contract that has an agreement is not called any more")
    agency.show(f"""atom query "select s.status, s.desde, a.file, s.linha from ficha_status s
  join arquivo a on a.id = s.arquivo_id where contrato = '{contract}' order by s.desde" """.rstrip())


def end(number, _):
    """Ends in order, so that the cleaning is done; and lets it be done."""
    for s in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(s, signal.SIG_IGN)
    sys.exit(128 + number)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--atom", required=True)
    parser.add_argument("--generate", required=True)
    args = parser.parse_args()
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    started = time.monotonic()
    for s in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(s, end)
    try:
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="atom-demo-"))
            os.chmod(folder, 0o755)  # the server's user goes through it
            servers = stack.enter_context(Servers(os.path.join(folder, "server"), ftp=False))
            say(bold("atom: a creditor's files become a dialer's list"))
            say("A real OpenSSH server has the creditor's folder (login by key) and the dialer's (by password).")
            say("All people are invented. The workspace: the shipped pack, and these two folders.")
            two_days(Agency(os.path.abspath(args.atom), os.path.abspath(args.generate), folder, servers.env))
    except BrokenPipeError:  # nobody looks any more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except NotAsPromised as fault:
        print(f"\ndemo: not as promised: {fault}", file=sys.stderr)
        return 1
    except (RuntimeError, OSError, subprocess.CalledProcessError) as fault:
        print(f"\ndemo: {fault}", file=sys.stderr)
        return 1
    heading("As promised")
    say("  Friday a full mailing; Tuesday only an increment and a removal; all accounted for.")
    say(f"  {time.monotonic() - started:.0f} seconds in all. The server is stopped, the workspace and the server's user are gone.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
