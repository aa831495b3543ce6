#!/usr/bin/env python3
"""The program on real servers (OpenSSH, vsftpd) and on file://, from the file that is dropped to the file that is delivered: when a file is
taken, where it goes, what a hostile name, a lost connection, a lost answer, a changed key or a killed process do.

    end_to_end.py --atom PATH --generate PATH [--only WORD]
"""

import argparse
import concurrent.futures
import contextlib
import datetime
import os
import queue
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
from proxy import Proxy  # noqa: E402
from run import KNOWN_LEAKS  # noqa: E402
from servers import Servers  # noqa: E402
from shop import KINDS, Shop, Watch, files_of, orders  # noqa: E402

CASES = []
SOON = 60  # seconds within which something happens, on a machine that is busy with other tests
AT_ONCE = 6  # cases; they mostly wait for a server
MINE = threading.local()  # .proxies: the thread's own


def case(*kinds):
    """Marks a case; with kinds it is run once for each."""

    def mark(call):
        CASES.extend((f"{call.__name__} ({kind})", call, (kind,)) for kind in kinds)
        if not kinds:
            CASES.append((call.__name__, call, ()))
        return call

    return mark


def same(found, wanted, what=""):
    assert found == wanted, f"{what}\n  found:  {found!r}\n  wanted: {wanted!r}"


def proxy_of(kind):
    return MINE.proxies[kind.split()[0]]


# ---- a file's way ---------------------------------------------------------------------------------------------------------------------

ONE_BAD = b"numero;cliente;valor\n1;Ana;1,00\nx;Rui;2,00\n3;Eva;3,00\n"
ONE_BAD_ERRORS = (
    "\ufeffarquivo;linha;byte;coluna;campo;codigo;mensagem;valor;registro\n"
    'NAME;3;32;1;numero;VALOR_INVALIDO;não é um número inteiro;x;"x;Rui;2,00"\n'
).encode()
ONE_BAD_REJECTED = b"numero;cliente;valor\nx;Rui;2,00\n"


@case(*KINDS)
def there_and_back(kind):
    shop = Shop("there and back", kind, kind)
    name = shop.drop("pedidos_20261030_010000.csv", ONE_BAD)
    same([(r["file"], r["status"], r["read"], r["accepted"], r["rejected"]) for r in shop.poll()], [(name, "done", 3, 2, 1)])
    same(shop.source_files(), {}, "nothing stays")
    same(shop.source_files("lidos"), {name: ONE_BAD})
    same(shop.source_files("erros"), {name + ".erros.csv": ONE_BAD_ERRORS.replace(b"NAME", name.encode()), name + ".rejeitados": ONE_BAD_REJECTED})
    same(shop.target_files(), {"lista_20261030_001.csv": b"numero;cliente;valor\n1;Ana;1,00\n3;Eva;3,00\n"})
    same(shop.target_files(".tmp"), {})
    same(shop.spool(), [])

    # the line is mended and comes back under the name of its error file
    mended = shop.drop(name + ".rejeitados", ONE_BAD_REJECTED.replace(b"x;", b"2;"))
    same([(r["file"], r["status"], r["data"]) for r in shop.poll()], [(mended, "done", "2026-10-30")])
    same(sorted(shop.source_files("lidos")), [name, mended])
    same(shop.target_files()["mais_20261030_002.csv"], b"numero;cliente;valor\n2;Rui;2,00\n")
    same(shop.poll(), [], "a look at nothing")
    same(shop.statuses(), ["done", "done"])


@case("sftp key", "ftps")
def the_shipped_packs_two_days(kind):
    shop = Shop("shipped", kind, kind, shipped=True)
    shop.drop_generated("20261030_010000_remessa_528_out.528", "remessa", "2026-10-30", "--bad", "0.02")
    shop.drop_generated("20261030_011000_parc_528_out.528", "parcelas", "2026-10-30")
    shop.drop_generated("20261030_012000_acordo_528_out.528.txt", "acordos", "2026-10-30")
    same([r["status"] for r in shop.poll()], ["done"] * 3)
    held = contracts(shop.take(), "discagem_20261030_001.csv")
    assert len(held) > 250, len(held)

    shop.now = datetime.datetime(2026, 11, 3, 2, 0)
    shop.drop_generated("20261103_010000_remessa_528_out.528", "remessa", "2026-11-03", "--change", "0.05", "--new", "0.02")
    shop.drop_generated("20261103_012000_acordo_528_out.528.txt", "acordos", "2026-11-03")
    same([r["status"] for r in shop.poll()], ["done"] * 2)
    held -= contracts(shop.target_files(), "baixa_20261103_001.csv")
    held |= contracts(shop.take(), "incremental_20261103_002.csv")
    same(held, {row[0] for row in shop.ask("select contrato from mailing")}, "the dialer's list is the base's mailing")
    same(sorted(n[:8] for n in shop.source_files("lidos")), ["20261030"] * 3 + ["20261103"] * 2)


def contracts(files, name):
    """The contracts that a file for the dialer names; it must be there."""
    header, *rows = files[name].decode("iso-8859-1").splitlines()
    at = header.split(";").index("contrato")
    found = [row.split(";")[at] for row in rows]
    assert found and len(set(found)) == len(found), f"{name} names each contract once"
    return set(found)


@case("file", "sftp", "ftp")
def a_taken_name_in_lidos(kind):
    shop = Shop("taken name", kind)
    name = "pedidos_20261030_010000.csv"
    for i, data in enumerate((orders(1), orders(2), orders(1)), 1):
        shop.drop(name, data)
        same([r["status"] for r in shop.poll()], ["duplicate" if i == 3 else "done"])
    same(shop.source_files("lidos"), {name: orders(1), name + ".2": orders(2), name + ".3": orders(1)})
    same(shop.source_files(), {})

    # the same bytes under another name of the same date
    other = shop.drop("pedidos_20261030_020000.csv", orders(2))
    same([(r["status"], r["reason"]) for r in shop.poll()], [("duplicate", f"os mesmos bytes do arquivo 2 ({name})")])
    same(shop.source_files("lidos")[other], orders(2))
    same(shop.orders(), [1, 2])


@case("file", "sftp key", "ftp")
def sent_again_with_its_old_time(kind):
    """Name, size and time are those of a file that was done and moved away: all the same it is a new file in the folder."""
    shop = Shop("sent again", kind)
    name = shop.drop_orders(1)
    shop.poll()
    for data, status in ((orders(1), "duplicate"), (orders(2), "done")):
        shop.drops -= 1
        shop.drop(name, data)
        same([r["status"] for r in shop.poll()], [status])
        same(shop.source_files(), {})
    same(shop.orders(), [1, 2])
    same(sorted(shop.source_files("lidos")), [name, name + ".2", name + ".3"])


@case("file", "sftp", "ftp")
def done_files_that_are_kept(kind):
    shop = Shop("kept", kind, done="keep")
    name, twin = shop.drop_orders(1), None
    shop.poll()
    twin = shop.drop("pedidos_20261030_230000.csv", orders(1))
    shop.poll()
    same(shop.poll(), [])
    same(shop.statuses(), ["done", "duplicate"])
    same(sorted(shop.source_files()), sorted([name, twin]))
    same(shop.source_files("lidos"), {})


# ---- when a file is taken -------------------------------------------------------------------------------------------------------------


@case("file", "sftp key", "ftp")
def stable_at_two_looks(kind):
    shop = Shop("stable", kind, ready="stable")
    name = shop.drop_orders(1)
    same(shop.poll(), [])
    same(shop.statuses(), ["seen"])
    same(shop.poll(after=29), [], "29 s later is too early")
    same([r["status"] for r in shop.poll(after=1)], ["done"])

    slow = shop.drop("pedidos_20261030_230000.csv", orders(2))
    same(shop.poll(), [])
    shop.drop(slow, orders(2, 3))  # still being written
    same(shop.poll(), [], "it has grown since")
    shop.drop(slow, orders(2, 3, 4))
    same(shop.poll(), [], "and again")
    same(shop.statuses(), ["done", "seen"])
    same([(r["status"], r["read"]) for r in shop.poll()], [("done", 3)])
    same(shop.statuses(), ["done", "done"])
    same(sorted(shop.source_files("lidos")), [name, slow])

    replaced = shop.drop("pedidos_20261030_231500.csv", orders(5))
    same(shop.poll(), [])
    shop.drop(replaced, orders(6))  # as long as the first, and later
    same(shop.poll(), [], "it is another one")
    same([r["status"] for r in shop.poll()], ["done"])
    (shop.credor / "pedidos_20261030_233000.part").write_bytes(orders(7))
    shop.poll()
    (shop.credor / "pedidos_20261030_233000.part").rename(shop.credor / "pedidos_20261030_233000.csv")
    same(shop.poll(), [], "renamed in: under this name it was not there before")
    same([r["status"] for r in shop.poll()], ["done"])
    same(shop.orders(), [1, 2, 3, 4, 6, 7])


@case()
def settle_looks_twice():
    shop = Shop("settle", "sftp key", ready="stable")
    shop.drop_orders(1)
    same([r["status"] for r in shop.poll("--settle", "1s")], ["done"])

    growing = shop.credor / shop.drop_orders(2)
    words = [Shop.atom, "-C", shop.home, "run", "--once", "--settle", "10s"]  # by the real clock
    look = subprocess.Popen(words, env=shop.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with contextlib.closing(sqlite3.connect(f"file:{shop.home}/data/base.db?mode=ro", uri=True)) as base:
        wait_until(lambda: base.execute("select status from arquivo order by id").fetchall() == [("done",), ("seen",)], look, "the first look")
    growing.write_bytes(orders(2, 3))
    same((*look.communicate(timeout=60), look.returncode), ("", "", 0))
    same(shop.statuses(), ["done", "seen"], "it has grown between the two looks")
    shop.call("run", "--once", "--settle", "1s")
    same(shop.orders(), [1, 2, 3])


@case("file", "sftp", "ftp")
def a_marker(kind):
    shop = Shop("marker", kind, ready="marker:.ok")
    name = shop.drop_orders(1)
    same(shop.poll(), [])
    same(shop.statuses(), ["seen"])
    shop.drop(name + ".ok", b"")
    same([(r["file"], r["status"]) for r in shop.poll()], [(name, "done")])
    same(shop.poll(), [])
    assert name not in shop.source_files()
    same([r["file"] for r in shop.ledger()], [name], "no marker is ever data")


# ---- what stays in the folder ----------------------------------------------------------------------------------------------------------


@case("file", "sftp key", "ftp")
def unmatched_is_listed_once(kind):
    shop = Shop("unmatched", kind)
    shop.drop("leia-me.txt", b"a")
    same(shop.poll(), [])
    assert shop.err.count("leia-me.txt") == 1, shop.err
    for text in (b"a", b"ab", b"abc"):  # a log that somebody writes there
        shop.drop("leia-me.txt", text)
        same(shop.poll(), [])
        same(shop.err, "", "its line in the log comes once")
    same([(r["file"], r["status"]) for r in shop.ledger()], [("leia-me.txt", "unmatched")])
    same(shop.source_files(), {"leia-me.txt": b"abc"})
    (shop.credor / "leia-me.txt").unlink()
    shop.poll()
    same(shop.statuses(), ["removed"])
    shop.drop("leia-me.txt", b"abc")
    shop.poll()
    same(shop.statuses()[-1], "unmatched", "it is there again")
    shop.call("files")


@case("file", "sftp", "ftp")
def a_failed_file(kind):
    shop = Shop("failed", kind)
    layout = shop.home / "layouts/pedido.toml"
    right = layout.read_text()
    layout.write_text(right.replace('"valor"', '"preco"'))
    for path in ("jobs/lista.toml", "layouts/lista.toml", "layouts/retirada.toml"):
        (shop.home / path).rename(shop.home / (path + ".off"))
    name = shop.drop_orders(1)
    same([(r["status"], r["reason"]) for r in shop.poll(expect=1)], [("failed", "CABECALHO_INVALIDO: falta no cabeçalho: preco")])
    same(sorted(shop.source_files("erros")), [name + ".erros.csv", name + ".rejeitados"])
    same(shop.source_files("erros")[name + ".rejeitados"], orders(1))
    layout.write_text(right)
    same(shop.poll(), [], "it is not tried again by itself")
    same(shop.source_files(), {name: orders(1)}, "and stays")
    shop.call("retry", "1", "--by", "ana")
    same([(r["id"], r["status"]) for r in shop.poll()], [(1, "done")])
    same(shop.source_files("lidos"), {name: orders(1)})
    shop.call("files")

    gone = shop.drop("pedidos_20261030_235959.csv", b"other;columns\n1;2\n")
    shop.poll(expect=1)
    shop.call("files", expect=1)
    (shop.credor / gone).unlink()
    same(shop.poll(), [])
    same(shop.statuses(), ["done", "removed"])
    shop.call("files")


# ---- names are data --------------------------------------------------------------------------------------------------------------------

HOSTILE = (
    b"..\\x", b"\\\\host\\share", b"...", b"-rf", b"~", b"~root", b"$(id)", b"`id`", b"a;b", b"a b", b" a", b"%2e%2e%2fx", b"%s%n%d", b'"q"', b"'q'",
    b"a?b#c", b"*", b"[x]", b"{x}", b"caf\xe9 \xff\xfe", "ação".encode(), b"n" * 255, b"esc\x1b[31m", b"tab\t", b"\x7f", b"\x01",
    b"pedidos_20261030_010000.csv ", b"pedidos_20261030_010000.csv\\", b"pedidos_20261030_010000.csv;x", b"_pedidos_20261030_010000.csv",
)  # fmt: skip
HOSTILE_LINES = (b"new\nline", b"pedidos_20261030_020000.csv\n", b"cr\rlf\r\n", b"-rw-r--r-- 1 a a 5 Jan 1 00:00 x\n-rw-r--r-- 1 a a 5 Jan 1 00:00 ..")


def tree(*folders):
    """Every file below, but those of the base."""
    found = [os.path.join(base, name) for folder in folders for base, _, names in os.walk(os.fsencode(folder)) for name in names]
    return {path for path in found if b"/data/base.db" not in path}


@case("file", "sftp", "ftp")
def hostile_names(kind):
    shop = Shop("hostile", kind)
    shop.poll()
    # a line end in a name is the end of an FTP listing's line; and vsftpd lists no name that begins with a dot
    names = tuple(n for n in HOSTILE if not n.startswith(b".")) if kind == "ftp" else HOSTILE + HOSTILE_LINES
    for i, name in enumerate(names):
        shop.drop(name, b"%d" % i)
    os.symlink("/etc/passwd", shop.credor / "pedidos_20261030_030000.csv")
    (shop.credor / "pedidos_20261030_040000.csv").mkdir()
    good = shop.drop_orders(1)
    before = tree(shop.remote, shop.home)
    same([(r["file"], r["status"]) for r in shop.poll()], [(good, "done")])
    listed = [r for r in shop.ledger() if r["status"] == "unmatched"]
    same(len(listed), len(names), sorted(r["file"] for r in listed))
    assert not any(ord(c) < 32 and c != "\n" for c in shop.call("files", "--json") + shop.err), "a control character is shown as it is"
    assert not any(ord(c) < 32 and c not in "\n\t" for c in shop.call("files")), "a control character is shown as it is"
    moved, delivered = shop.credor / "lidos" / good, shop.discador / "lista_20261030_001.csv"
    same(tree(shop.remote, shop.home) ^ before, {os.fsencode(p) for p in (shop.credor / good, moved, delivered)}, "nothing is written anywhere else")
    same(shop.poll(), [])
    same(shop.err, "")
    same(len(shop.ledger()), len(names) + 1, "listed once")
    same(shop.ask("select count(*), count(distinct file) from arquivo where status = 'unmatched'"), [(len(names), len(names))])


@case()
def line_ends_in_an_ftp_listing():
    shop = Shop("hostile", "ftp")
    for name in HOSTILE_LINES:
        shop.drop(name, b"x")
    good = shop.drop_orders(1)
    shop.poll(expect=None)  # half a name may be one that a job takes: there is no such file, and that is said
    same([r["status"] for r in shop.ledger() if r["file"] == good], ["done"])
    same(shop.orders(), [1])
    same(shop.spool(), [])
    same(len(shop.source_files()), len(HOSTILE_LINES))


@case("file", "sftp", "ftp")
def names_that_a_job_takes(kind):
    """A name that a URL, a command, a shell or a pattern could stumble over; and one as long as a name can be."""
    shop = Shop("long", kind)
    odd = shop.drop("50% 'a' \"b\"; c&d=e#20261030?*[x].csv", ONE_BAD)
    same([(r["file"], r["status"]) for r in shop.poll()], [(odd, "done")])
    same(shop.source_files("lidos"), {odd: ONE_BAD})
    errors = shop.source_files("erros")
    same(sorted(errors), [odd + ".erros.csv", odd + ".rejeitados"])
    same(errors[odd + ".rejeitados"], ONE_BAD_REJECTED)

    long = shop.drop("l" + "x" * 250 + ".csv", ONE_BAD.replace(b"3;", b"4;"))
    after = shop.drop("pedidos_20261030_235959.csv", orders(9))
    shop.poll(expect=0)
    same(sorted(shop.source_files("lidos")), sorted([odd, long, after]), "whatever becomes of the error files, the files are moved")
    same(shop.orders(), [1, 3, 4, 9])
    same(shop.poll(), [])
    same(len(shop.source_files("erros")), 4)
    same(sorted(shop.source_files("erros").values()), sorted([*errors.values(), ONE_BAD_REJECTED, ONE_BAD_ERRORS.replace(b"NAME", long.encode())]))


# ---- broken connections ----------------------------------------------------------------------------------------------------------------


@case("sftp", "ftp")
def a_download_is_cut(kind):
    proxy = proxy_of(kind)
    shop = Shop("download", kind, port=proxy.port)
    data = orders(*range(1, 30_001))
    for after, cut in enumerate((100, 1000, 10_000, 300_000)):
        name = shop.drop(f"pedidos_2026103{after % 2}_{after:06d}.csv", data.replace(b"Ana", b"A%d" % after))
        proxy.command(f"cut-down {cut}")
        same(shop.poll(expect=1), [], "half a file is not loaded")
        assert "source credor" in shop.err, shop.err
        same(shop.source_files().keys(), {name})
        proxy.command("clear")
        same([(r["status"], r["read"]) for r in shop.poll()], [("done", 30_000)])
        same(shop.source_files(), {})
    same(shop.statuses(), ["done"] * 4)
    same(shop.ask("select count(*) from pedido"), [(30_000,)])
    same(shop.spool(), [])


@contextlib.contextmanager
def slow_look(kind, bytes_a_second, *, at_source):
    """A server of its own, reached slowly: (its shop, the server, begin()). begin() starts a look, whose process it gives."""
    with Shop.all_servers.another(kind) as server:
        proxy = Proxy(server.port, ftp=kind == "ftp")
        Shop.all_servers.add_known_host(proxy.port)
        ports = {"port": proxy.port} if at_source else {"target_port": proxy.port}
        shop = Shop("restart", kind if at_source else "file", "file" if at_source else kind, **ports)

        def begin():
            proxy.command(f"trickle {bytes_a_second}")
            shop.now += datetime.timedelta(seconds=60)
            words = [Shop.atom, "-C", shop.home, "run", "--once", "--at", shop.at()]
            return subprocess.Popen(words, env=shop.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

        try:
            yield shop, server, begin
        finally:
            proxy.close()


def wait_until(holds, look, what):
    deadline = time.monotonic() + SOON
    while not holds():
        assert time.monotonic() < deadline and look.poll() is None, f"{what}: {look.communicate() if look.poll() is not None else 'never'}"
        time.sleep(0.02)


@case("sftp", "ftp")
def a_server_restarts_in_the_middle_of_a_download(kind):
    with slow_look(kind, 100_000, at_source=True) as (shop, server, begin):
        name = shop.drop_orders(*range(1, 30_001))
        look = begin()
        spool = shop.home / "data/spool/in"
        wait_until(lambda: spool.is_dir() and any(p.stat().st_size > 50_000 for p in spool.iterdir()), look, "it is being fetched")
        server.end()
        out, err = look.communicate(timeout=60)
        same((look.returncode, out), (1, ""), "half a file is not loaded")
        assert "source credor" in err, err
        same(shop.poll(expect=1), [], "it is still away")
        assert "source credor" in shop.err, shop.err
        server.begin()
        same([(r["file"], r["status"], r["read"]) for r in shop.poll()], [(name, "done", 30_000)])
        same(list(shop.target_files()), ["lista_20261030_001.csv"])
        same(shop.source_files(), {})
        same(shop.spool(), [])


@case("sftp", "ftp")
def a_server_restarts_in_the_middle_of_an_upload(kind):
    with slow_look(kind, 100_000, at_source=False) as (shop, server, begin):
        shop.drop_orders(*range(1, 30_001))
        look = begin()
        staging = shop.discador / ".tmp"
        wait_until(lambda: staging.is_dir() and any(p.stat().st_size > 50_000 for p in staging.iterdir()), look, "it is being delivered")
        server.end()
        _, err = look.communicate(timeout=60)
        same(look.returncode, 1)
        assert "target:discador" in err or "target discador" in err, err
        same(shop.target_files(), {}, "nothing half stands under its name")
        server.begin()
        shop.poll()
        same({name: len(data.splitlines()) for name, data in shop.target_files().items()}, {"lista_20261030_001.csv": 30_001})
        same(shop.target_files(".tmp"), {})
        same(shop.statuses(), ["done"])


@case("sftp", "ftp")
def slow_bytes_come_whole(kind):
    proxy = proxy_of(kind)
    shop = Shop("slow", kind, port=proxy.port)
    name = shop.drop_orders(*range(1, 3001))
    proxy.command("trickle 20000")
    same([(r["file"], r["status"], r["read"]) for r in shop.poll()], [(name, "done", 3000)])
    same(shop.source_files("lidos"), {name: orders(*range(1, 3001))})


@contextlib.contextmanager
def lying_listings(kind):
    """A server whose listings may lie: (its port, lie(old size, new size), which without sizes ends the lie)."""
    if kind == "sftp":
        with Shop.all_servers.lying() as (port, lie):
            yield port, lie
    else:
        proxy = proxy_of(kind)
        yield proxy.port, lambda *sizes: proxy.command("swap _{}_ _{}_".format(*sizes) if sizes else "clear")


@case("sftp", "ftp")
def a_wrong_size_in_the_listing(kind):
    """What comes is not what was listed: it is not loaded, and is worked when both agree."""
    with lying_listings(kind) as (port, lie):
        shop = Shop("wrong size", kind, port=port)
        numbers = range(1, 10_001)
        name = shop.drop_orders(*numbers)
        size = len(orders(*numbers))
        lie(size, size - 1)
        same(shop.poll(), [], "more than was listed: it still grows")
        same(shop.statuses(), ["seen"])
        lie(size, size + 1)
        reason = f"TRUNCADO: vieram {size} bytes; a pasta mostrava {size + 1}"
        same([(r["file"], r["status"], r["reason"]) for r in shop.poll(expect=1)], [(name, "failed", reason)])
        lie()
        same([(r["file"], r["status"], r["read"]) for r in shop.poll()], [(name, "done", 10_000)])
        same(shop.target_files(), {"lista_20261030_001.csv": orders(*numbers)})


@case("sftp", "ftp")
def a_file_that_may_not_be_read(kind):
    shop = Shop("secret", kind)
    name = shop.drop_orders(1)
    os.chown(shop.credor / name, 0, 0)
    os.chmod(shop.credor / name, 0o600)
    same(shop.poll(expect=1), [])
    assert "credor" in shop.err and name in shop.err, shop.err
    same(shop.statuses(), ["seen"])
    os.chmod(shop.credor / name, 0o644)
    same([(r["file"], r["status"]) for r in shop.poll()], [(name, "done")])


@case("sftp", "ftp")
def a_listing_is_cut(kind):
    """Half a listing is none: nothing is taken for gone."""
    proxy = proxy_of(kind)
    shop = Shop("listing", kind, port=proxy.port)
    for n in range(300):
        shop.drop(f"other_{n:03d}.txt", b"x")
    shop.poll()
    good = shop.drop_orders(1)
    for cut in (1, 100, 3000, 6000):
        proxy.command(f"cut-down {cut}")
        same(shop.poll(expect=1), [], f"cut after {cut}")
        assert "source credor" in shop.err, shop.err
        proxy.command("clear")
        same({r["status"] for r in shop.ledger()}, {"unmatched"}, "nothing is removed")
    same([(r["file"], r["status"]) for r in shop.poll()], [(good, "done")])


@case("sftp key", "ftp")
def ten_thousand_files(kind):
    shop = Shop("crowd", kind)
    for n in range(10_000):
        shop.drop(f"other_{n:05d}.txt", b"")
    good = shop.drop_orders(1)
    same([(r["file"], r["status"]) for r in shop.poll()], [(good, "done")])
    same(shop.poll(), [])
    same(shop.err, "")
    same(len(shop.ledger()), 10_001)


@case("sftp", "ftp")
def the_servers_disk_is_full(kind):
    shop = Shop("full", "file", kind)
    disk = str(shop.discador)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k,mode=777", "tmpfs", disk], check=True)
    try:
        numbers = range(1, 30_001)
        shop.drop_orders(*numbers)
        for _ in range(2):
            shop.poll(expect=1)
            assert "target:discador" in shop.err, shop.err
            same(shop.target_files(), {}, "nothing half stands under its name")
        subprocess.run(["mount", "-o", "remount,size=8m", disk], check=True)
        shop.poll()
        same({name: len(data.splitlines()) for name, data in shop.target_files().items()}, {"lista_20261030_001.csv": 30_001})
        same(shop.target_files(".tmp"), {})
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


@case("file", "sftp key")
def an_upload_that_is_not_finished_holds(kind):
    """It may say who has paid: until it is worked, only removals leave."""
    shop = Shop("unfinished", kind, ready="stable")
    job = shop.home / "jobs/cancelados.toml"
    job.write_text(job.read_text().replace("order = 20", 'order = 20\nholds = ["lista"]'))
    shop.drop_orders(1, 2)
    growing = shop.drop("cancelados_20261030_230000.csv", orders(1))
    same(shop.poll(), [])
    shop.drop(growing, orders(1) + b"9;Ana;1,00\n")
    same([r["job"] for r in shop.poll()], ["pedidos"])
    same(shop.target_files(), {}, "the list waits for it")
    same([r["job"] for r in shop.poll()], ["cancelados"])
    same(shop.take(), {"lista_20261030_001.csv": orders(2)})


@case("sftp", "ftp")
def a_cut_download_holds_up_what_follows(kind):
    """What is worked after a file is not worked before it, only because that file could not be fetched at once; but not for ever."""
    proxy = proxy_of(kind)
    shop = Shop("order", kind, port=proxy.port)
    shop.drop("pedidos_20261030_000000.csv", orders(*range(1, 30_001)))
    shop.drop("cancelados_20261030_000000.csv", orders(1))
    shop.drop("pedidos_20261029_000000.csv", orders(30_001))
    proxy.command("cut-down 300000")
    same([r["file"] for r in shop.poll(expect=1)], ["pedidos_20261029_000000.csv"], "only what comes before it")
    proxy.command("clear")
    same([(r["job"], r["status"]) for r in shop.poll()], [("pedidos", "done"), ("cancelados", "done")])
    same(shop.ask("select numero from pedido where cancelado = 1"), [(1,)])

    shop.drop("pedidos_20261030_000001.csv", orders(*range(1, 30_001)))
    shop.drop("cancelados_20261030_000001.csv", orders(2))
    for after, worked in ((0, []), (29 * 60, []), (120, ["cancelados"])):
        proxy.command("cut-down 300000")
        same([r["job"] for r in shop.poll(expect=1, after=after)], worked, f"{after} s later")
    proxy.command("clear")
    same([r["job"] for r in shop.poll()], ["pedidos"])


@case("sftp", "ftp")
def an_upload_is_cut(kind):
    proxy = proxy_of(kind)
    shop = Shop("upload", "file", kind, target_port=proxy.port)
    delivered = {}
    for i, cut in enumerate((10, 3000, 200_000)):
        shop.drop("pedidos_20261030_%06d.csv" % i, orders(*range(i * 30_000, (i + 1) * 30_000)))
        proxy.command(f"cut-up {cut}")
        with Watch(shop.discador) as watch:
            same([r["status"] for r in shop.poll(expect=1)], ["done"])
            assert "target:discador" in shop.err or "target discador" in shop.err, shop.err
            same(shop.target_files(), delivered)
            proxy.command("clear")
            shop.poll()
        assert all(len(versions) == 1 for versions in watch.seen.values()), "nothing half under a final name"
        new = {n: d for n, d in shop.target_files().items() if n not in delivered}
        same([len(d.splitlines()) for d in new.values()], [30_001])
        delivered |= new
        same(shop.target_files(".tmp"), {})
    same(sorted(delivered), ["lista_20261030_001.csv", "mais_20261030_002.csv", "mais_20261030_003.csv"])
    same(shop.spool(), [])


@case("sftp", "ftp")
def any_answer_is_lost(kind):
    """Of a delivery's answers the first is lost, then the second …: each time the dialer gets the file once, also if it takes it at once."""
    proxy = proxy_of(kind)
    shop = Shop("answers", "file", kind, target_port=proxy.port)
    got = []
    for n in range(1, 200):
        shop.drop_orders(n)
        proxy.command(f"drop-turn {n}")
        shop.poll(expect=None)
        lost = proxy.command("clear")
        assert shop.code == 0 or lost, f"answer {n}: {shop.err}"  # some losses end well at once: what asks, may ask again
        if n % 2:
            got += shop.take().values()
        shop.poll()
        same(shop.target_files(".tmp"), {}, f"answer {n}")
        got += shop.take().values()
        same(got, [orders(k) for k in range(1, n + 1)], f"answer {n}")
        if not lost:
            break
    assert 8 < n < 199, f"a delivery has {n - 1} answers"
    same(shop.spool(), [])


@case("sftp", "ftp")
def any_answer_of_a_source_is_lost(kind):
    """The same of a source's answers, every fourth: a file is loaded once, moved once, and its error files are put once."""
    proxy = proxy_of(kind)
    shop = Shop("rename", kind, "file", port=proxy.port)
    for n, answer in enumerate(range(1, 400, 4), 1):
        name = shop.drop("pedidos_20261030_%06d.csv" % n, ONE_BAD.replace(b"1,00", b"1,%02d" % n))
        proxy.command(f"drop-turn {answer}")
        shop.poll(expect=None)
        lost = proxy.command("clear")
        assert shop.code == 0 or lost, f"answer {answer}: {shop.err}"
        shop.poll()
        same(shop.source_files(), {}, f"answer {answer}")
        same(len(shop.source_files("lidos")), n, f"answer {answer}")
        same([e for e in shop.source_files("erros") if e.startswith(name)], [name + ".erros.csv", name + ".rejeitados"], f"answer {answer}")
        if not lost:
            break
    assert 3 < n < 99, f"a poll has {answer - 1} answers"
    same(shop.statuses(), ["done"] * n)
    same(len(shop.source_files("erros")), 2 * n)
    assert not [e for e in os.listdir(shop.credor / "erros") if e.startswith(".")], "no half error file is left"


@case("sftp", "ftp")
def a_target_is_down(kind):
    shop = Shop("down", "file", kind)
    shop.drop_orders(1, 2, 3)
    shop.poll()
    same(list(shop.take()), ["lista_20261030_001.csv"])
    port, shop.settings["target"]["port"] = shop.settings["target"]["port"], 1  # nobody listens there
    shop.configure()
    shop.drop_orders(4)
    same([r["status"] for r in shop.poll(expect=1)], ["done"], "the source is worked all the same")
    shop.drop("cancelados_20261030_000000.csv", orders(1))
    shop.drop_orders(5)
    same([r["status"] for r in shop.poll(expect=1)], ["done", "done"])
    same(shop.target_files(), {})
    same(sorted(n for n in shop.source_files("lidos")), sorted(r["file"] for r in shop.ledger()))
    shop.settings["target"]["port"] = port
    shop.configure()
    order = []
    with Watch(shop.discador) as watch:
        shop.poll()
        time.sleep(0.05)
    order = list(watch.seen)
    wanted = {"mais_20261030_002.csv": orders(4), "menos_20261030_003.csv": b"numero\n1\n", "mais_20261030_004.csv": orders(5)}
    same(shop.target_files(), wanted)
    times = sorted(wanted, key=lambda n: (shop.discador / n).stat().st_ctime_ns)
    same(times, list(wanted), f"they come in order, the removal before the increment; seen {order}")
    same(shop.poll(), [])
    same(shop.target_files(), wanted)


@case()
def a_changed_host_key():
    env = Shop.servers
    shop = Shop("host key", "sftp", "sftp key")
    right = shop.known_hosts.read_text()
    changed = open(env["KNOWN_HOSTS_CHANGED"], encoding="ascii").read()
    name = shop.drop_orders(1)
    shop.known_hosts.write_text(changed)
    same(shop.poll(expect=1), [])
    assert env["HOST_FINGERPRINT"] in shop.err and env["CHANGED_FINGERPRINT"] in shop.err, shop.err
    same(shop.source_files(), {name: orders(1)})
    same(shop.ledger(), [])

    shop.settings["source"]["kind"] = "file"  # only the dialer's server has another key
    shop.configure()
    same([r["status"] for r in shop.poll(expect=1)], ["done"])
    assert env["HOST_FINGERPRINT"] in shop.err and env["CHANGED_FINGERPRINT"] in shop.err, shop.err
    assert env["PASSWORD"] not in shop.err
    same(shop.target_files(), {})
    same(shop.target_files(".tmp"), {})
    shop.poll(expect=1)
    shop.known_hosts.write_text(right)
    same(shop.poll(), [])
    same(shop.target_files(), {"lista_20261030_001.csv": orders(1)}, "nothing was lost")


@case("sftp", "ftp")
def a_wrong_password(kind):
    shop = Shop("password", kind, kind)
    name = shop.drop_orders(1)
    right = dict(shop.passwords)
    shop.passwords["CREDOR_PASSWORD"] = "geheim"
    same(shop.poll(expect=1), [])
    assert "source credor" in shop.err and "geheim" not in shop.err, shop.err
    del shop.passwords["CREDOR_PASSWORD"]
    same(shop.poll(expect=1), [])
    assert "the environment has no CREDOR_PASSWORD" in shop.err, shop.err
    shop.passwords = right | {"DISCADOR_PASSWORD": "geheim"}
    same([r["status"] for r in shop.poll(expect=1)], ["done"])
    same(shop.source_files("lidos"), {name: orders(1)})
    same(shop.target_files(), {})
    shop.passwords = right
    shop.poll()
    same(shop.target_files(), {"lista_20261030_001.csv": orders(1)})


@case("file", "sftp", "ftp")
def a_missing_folder(kind):
    shop = Shop("missing", kind, kind)
    name = shop.drop_orders(1)
    away = shop.remote / "away"
    shop.credor.rename(away)
    same(shop.poll(expect=1), [])
    assert "source credor" in shop.err, shop.err
    assert not shop.credor.exists(), "a source's folder is not made"
    away.rename(shop.credor)
    shop.discador.rename(away)
    same([(r["file"], r["status"]) for r in shop.poll(expect=1)], [(name, "done")])
    away.rename(shop.discador)
    shop.poll()
    same(shop.target_files(), {"lista_20261030_001.csv": orders(1)})


@case("sftp", "ftp")
def errors_folder_is_refused(kind):
    """What cannot be put back does not hold up what can be moved, and comes when it may."""
    shop = Shop("refused", kind, "file")
    (shop.credor / "erros").mkdir(mode=0o755)  # root's
    name = shop.drop("pedidos_20261030_010000.csv", ONE_BAD)
    same([r["status"] for r in shop.poll(expect=1)], ["done"])
    same(shop.source_files("lidos"), {name: ONE_BAD})
    same(list(shop.target_files()), ["lista_20261030_001.csv"])
    os.chmod(shop.credor / "erros", 0o777)
    shop.poll()
    same(sorted(shop.source_files("erros")), [name + ".erros.csv", name + ".rejeitados"])


# ---- two at once -----------------------------------------------------------------------------------------------------------------------


@case()
def a_second_one_and_a_killed_one():
    proxy = proxy_of("sftp")
    shop = Shop("lock", "sftp key", port=proxy.port)
    name = shop.drop_orders(1)
    proxy.command("stall")
    first = subprocess.Popen([Shop.atom, "-C", shop.home, "run", "--once"], env=shop.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + SOON
        out = ""
        while "nothing done" not in out:
            assert time.monotonic() < deadline and first.poll() is None, f"the first one has no lock: {out}"
            time.sleep(0.1)
            if (shop.home / "data/base.db.lock").exists():
                out = shop.call("run", "--once") if locked(shop.home / "data/base.db.lock") else ""
        assert out.startswith(f"nothing done: atom run --once (process {first.pid}, since 20"), out
        same(shop.call("files"), shop.call("files"), "who only reads does not wait")
    finally:
        first.send_signal(signal.SIGKILL)
        first.communicate()
    proxy.command("clear")
    same([(r["file"], r["status"]) for r in shop.poll()], [(name, "done")], "a dead process' lock holds nobody up")
    same(shop.target_files(), {"lista_20261030_001.csv": orders(1)})


def locked(path):
    import fcntl

    with open(path, "rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
        fcntl.flock(file, fcntl.LOCK_UN)
        return False


# ----------------------------------------------------------------------------------------------------------------------------------------


def run(name, call, words, proxies):
    """Whether the case holds; says so."""
    started = time.monotonic()
    MINE.proxies = proxies.get()
    try:
        call(*words)
        result = "ok"
    except Exception:  # noqa: BLE001: whatever it is, the others are run too
        result = "FAILED\n" + traceback.format_exc()
    for proxy in MINE.proxies.values():
        proxy.command("clear")
    proxies.put(MINE.proxies)
    print(f"{name}: {result} ({time.monotonic() - started:.1f} s)", flush=True)
    return result == "ok"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--atom", required=True)
    parser.add_argument("--generate", required=True)
    parser.add_argument("--only", default="", help="cases with this in their names")
    args = parser.parse_args()
    chosen = [c for c in CASES if args.only in c[0]]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the cleaning is done
    with tempfile.TemporaryDirectory(prefix="atom-end-to-end-") as folder:
        os.chmod(folder, 0o755)  # the servers' user goes through it
        leaks = os.path.join(folder, "known-leaks")
        with open(leaks, "w", encoding="ascii") as file:
            file.write(KNOWN_LEAKS)
        os.environ.setdefault("LSAN_OPTIONS", f"suppressions={leaks}:print_suppressions=0")
        with Servers(os.path.join(folder, "servers")) as servers:
            proxies = queue.Queue()
            for _ in range(AT_ONCE):
                pair = {"sftp": Proxy(int(servers.env["SFTP_PORT"])), "ftp": Proxy(int(servers.env["FTP_PORT"]), ftp=True)}
                servers.add_known_host(pair["sftp"].port)
                proxies.put(pair)
            Shop.all_servers, Shop.servers, Shop.work = servers, servers.env, os.path.join(folder, "work")
            Shop.atom, Shop.generate = os.path.abspath(args.atom), os.path.abspath(args.generate)
            with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
                holds = list(pool.map(lambda c: run(*c, proxies), chosen))
    failed = [name for (name, _, _), ok in zip(chosen, holds) if not ok]
    print(f"{len(chosen) - len(failed)} of {len(chosen)} cases hold" + "".join(f"\nFAILED: {name}" for name in failed))
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
