#!/usr/bin/env python3
"""The program and an HTTP server that answers, refuses, breaks or dies, with the shipped pack's messages: what is in the base afterwards, and
that no message was ever requested twice.

    send.py --atom PATH [--only WORD]        PATH is a build with kill points (ATOM_DEV)
"""

import argparse
import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "tools")]
sys.dont_write_bytecode = True
from platform_server import Platform  # noqa: E402
from workspace import Workspace  # noqa: E402

CASE = os.path.join(HERE, "..", "..", "fixtures", "night-massivas")
DAY = "2023-08-08"  # a Tuesday
CASES = []


def case(call):
    CASES.append(call)
    return call


class Night:
    """A base with fichas, templates and messages of DAY, and polls at times of that day."""

    atom = None

    def __init__(self, root, lines=("84510001;19987650001;MARIA;jornada1",)):
        self.ws = Workspace(self.atom, root).make()
        self.env = {}
        with open(os.path.join(CASE, "antes", "20230807_190000_remessa_528_out.528"), "rb") as file:
            self.ws.drop("20230807_190000_remessa_528_out.528", file.read())
        self.messages(lines)
        self.poll("02:00")
        with contextlib.closing(sqlite3.connect(self.ws.base_path)) as base, base:
            base.execute("update template_hsm set template_id = 40 + substr(jornada, 8)")

    def messages(self, lines, name="20230808_070000_massiva_whatsapp.csv"):
        self.ws.drop(name, "\n".join(["CONTRATO;NUMERO;NOME;JORNADA", *lines, ""]).encode())

    def to(self, platform, **env):
        self.env = {"OMNE_URL": platform if isinstance(platform, str) else platform.url, "OMNE_TOKEN": "a-token"} | env
        return self

    def poll(self, time, code=0, **env):
        at = f"{DAY} {time}" if len(time) < 10 else time
        got, _, self.err = self.ws.call("run", "--once", "--at", at, env=self.env | env)
        if got != code:
            raise AssertionError(f"exit {got} at {at}: {self.err}")
        return self

    def select(self, sql):
        with contextlib.closing(self.ws.base()) as base:
            return base.execute(sql).fetchall()

    def states(self):
        return [s for (s,) in self.select("select situacao from acao_massiva order by id")]

    def marks(self):
        return self.select("select tipo, em, detalhe, arquivo_id, linha from marcacao order by rowid")

    def settings(self, text):
        """Puts lines into the send's file."""
        path = os.path.join(self.ws.home, "jobs", "hsm_whatsapp.toml")
        with open(path, encoding="utf-8") as file:
            old = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(old.replace('rate = "20/s"', text))


def equal(got, wanted):
    if got != wanted:
        raise AssertionError(f"got {got!r}, wanted {wanted!r}")


def is_in(part, text):
    if part not in text:
        raise AssertionError(f"{part!r} is not in {text!r}")


@case
def success(root):
    night = Night(root, ("84510001;19987650001;MARIA;jornada1", "84510003;(41) 98765-0003;\"Eva \"\"E\"\" Ç\";jornada2"))
    with Platform(200, (201, {})) as platform:
        night.to(platform).poll("09:00").poll("09:01")
        equal([r[0] for r in platform.requests], ["POST /interactive/whatsapp/hsm/message HTTP/1.1"] * 2)
        equal(platform.requests[0][1]["authorization"], "Bearer a-token")
        equal(platform.requests[0][1]["content-type"], "application/json")
        equal([json.loads(r[2]) for r in platform.requests],
              [{"templateId": 41, "number": "5519987650001", "parameters": ["MARIA"], "openAttendance": False, "forceClose": False},
               {"templateId": 42, "number": "5541987650003", "parameters": ['Eva "E" Ç'], "openAttendance": False, "forceClose": False}])
    equal(night.select("select situacao, http, resposta, motivo, situacao_em from acao_massiva"),
          [("ENVIADA", 200, '{"id": "m-1"}', None, f"{DAY} 09:00:00"), ("ENVIADA", 201, '{"id": "m-1"}', None, f"{DAY} 09:00:00")])
    equal(night.marks(), [("Massiva WhatsApp enviada com sucesso", f"{DAY} 09:00:00", None, 2, 2),
                          ("Massiva WhatsApp enviada com sucesso", f"{DAY} 09:00:00", None, 2, 3)])
    equal(night.select("select state, row from atom_sent"), [("success", "{}")] * 2)


@case
def says_what_it_did(root):
    night = Night(root, ("84510001;19987650001;MARIA;jornada1", "84510003;41987650003;EVA;jornada2"))
    with Platform(200, 400) as platform:
        night.to(platform)
        done = subprocess.run([Night.atom, "-C", night.ws.home, "run", "--once", "--at", f"{DAY} 09:00"], env=os.environ | night.env,
                              capture_output=True, text=True, check=True)
    equal(done.stdout, "send hsm_whatsapp: 1 sent, 1 refused\n")
    equal(done.stderr, "")


@case
def nothing_goes_out_in_a_dry_run(root):
    night = Night(root)
    with Platform(200) as platform:
        night.to(platform)
        code, _, err = night.ws.call("run", "--once", "--dry-run", "--at", f"{DAY} 09:00", env=night.env)
        equal((code, err), (0, ""))
        equal(platform.requests, [])
        equal(night.states(), ["PENDENTE"])
        equal(night.select("select count(*) from atom_sent"), [(0,)])
        night.poll("09:00")
        equal(len(platform.requests), 1)


@case
def refused(root):
    night = Night(root)
    with Platform(400) as platform:
        night.to(platform).poll("09:00").poll("09:01")
        equal(len(platform.requests), 1)
    equal(night.select("select situacao, motivo, http, resposta from acao_massiva"),
          [("FALHOU", "recusada pela plataforma: HTTP 400", 400, '{"error": "no"}')])
    equal(night.marks(), [("Massiva WhatsApp enviada sem sucesso", f"{DAY} 09:00:00", "recusada pela plataforma: HTTP 400", 2, 2)])


@case
def redirects_are_not_followed(root):
    night = Night(root)
    with Platform() as elsewhere, Platform((307, {"Location": elsewhere.url + "/there"})) as platform:
        night.to(platform).poll("09:00").poll("09:01")
        equal((len(platform.requests), len(elsewhere.requests)), (1, 0))
    equal(night.states(), ["FALHOU"])


@case
def too_many(root):
    night = Night(root, ("84510001;19987650001;MARIA;jornada1", "84510003;41987650003;EVA;jornada2"))
    with Platform((429, {"Retry-After": "120"}), 200) as platform:
        night.to(platform).poll("09:00:00")
        is_in("send hsm_whatsapp: it answers 429; it goes on in 120 s", night.err)
        equal(night.states(), ["PENDENTE", "PENDENTE"])  # nothing is left of ENVIANDO
        equal(night.select("select situacao_em from acao_massiva where id = 1"), [(None,)])
        night.poll("09:01:59")
        equal(len(platform.requests), 1)
        night.poll("09:02:00")
        equal(len(platform.requests), 3)
    equal(night.states(), ["ENVIADA", "ENVIADA"])
    equal([r[0] for r in night.marks()], ["Massiva WhatsApp enviada com sucesso"] * 2)


@case
def too_many_until_a_date(root):
    night = Night(root)
    with Platform((429, {"Retry-After": "Tue, 08 Aug 2023 12:10:00 GMT"}), 200) as platform:  # 09:10 in São Paulo
        night.to(platform).poll("09:00:00").poll("09:09:59")
        equal((len(platform.requests), night.states()), (1, ["PENDENTE"]))
        night.poll("09:10:00")
    equal(night.states(), ["ENVIADA"])


@case
def not_now(root):
    night = Night(root)
    with Platform(503, 503, 503, 200) as platform:
        night.to(platform).poll("09:00:00").poll("09:00:29").poll("09:00:30").poll("09:01:29").poll("09:01:30").poll("09:03:29")
        equal((len(platform.requests), night.states()), (3, ["PENDENTE"]))
        night.poll("09:03:30")
    equal(night.states(), ["ENVIADA"])
    equal(night.select("select failures from atom_send"), [(0,)])


@case
def no_connection(root):
    night = Night(root)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # no one listens
        night.to(f"http://127.0.0.1:{taken.getsockname()[1]}").poll("09:00:00")
    is_in("warn  send hsm_whatsapp: Failed to connect to 127.0.0.1", night.err)
    equal(night.select("select situacao, situacao_em from acao_massiva"), [("PENDENTE", None)])
    with Platform() as platform:
        night.to(platform).poll("09:00:29").poll("09:00:30")
        equal(len(platform.requests), 1)
    equal(night.states(), ["ENVIADA"])


@case
def cut_before(root):
    """The server hangs up before it reads. Seen in time the message comes later, else nobody knows; it never goes out twice."""
    for n in range(8):
        night = Night(os.path.join(root, str(n)))
        with Platform("hang up", 200) as platform:
            night.to(platform).poll("09:00:00")
            first = night.states()
            night.poll("09:01:00")
            wanted = {"PENDENTE": (["ENVIADA"], 1), "INCERTA": (["INCERTA"], 0)}[first[0]]
            equal((night.states(), len(platform.requests)), wanted)


@case
def cut_after(root):
    night = Night(root, ("84510001;19987650001;MARIA;jornada1", "84510003;41987650003;EVA;jornada2"))
    with Platform("cut", 200) as platform:
        night.to(platform).poll("09:00").poll("09:01").poll("10:00")
        equal(len(platform.requests), 2)
    equal(night.select("select situacao, motivo, http from acao_massiva"),
          [("INCERTA", "sem resposta: Empty reply from server", None), ("ENVIADA", None, 200)])
    equal(len(night.marks()), 1)


@case
def half_an_answer(root):
    night = Night(root)
    with Platform("half") as platform:
        night.to(platform).poll("09:00").poll("09:01")
        equal(len(platform.requests), 1)
    equal(night.select("select situacao, http, resposta from acao_massiva"), [("ENVIADA", 200, "{")])


@case
def no_answer(root):
    night = Night(root)
    night.settings('rate = "20/s"\ntimeout = "1s"')
    with Platform("silent", 200) as platform:
        night.to(platform).poll("09:00").poll("09:01")
        equal(len(platform.requests), 1)
    equal(night.states(), ["INCERTA"])
    is_in("sem resposta: ", night.select("select motivo from acao_massiva")[0][0])


@case
def broken(root):
    night = Night(root)
    with Platform(500, 200) as platform:
        night.to(platform).poll("09:00").poll("09:01")
        equal(len(platform.requests), 1)
    equal(night.select("select situacao, motivo, http from acao_massiva"), [("INCERTA", "a plataforma respondeu HTTP 500", 500)])


@case
def a_wrong_token_costs_one_message(root):
    night = Night(root, ("84510001;19987650001;MARIA;jornada1", "84510003;41987650003;EVA;jornada2"))
    with Platform(401, 200) as platform:
        night.to(platform).poll("09:00:00")
        equal((night.states(), len(platform.requests)), (["FALHOU", "PENDENTE"], 1))
        night.poll("09:00:30")
    equal(night.states(), ["FALHOU", "ENVIADA"])


@case
def a_dead_server_costs_three(root):
    night = Night(root, [f"84510001;1998765{n:04};MARIA;jornada1" for n in range(1, 6)])
    with Platform("cut", "cut", "cut", 200) as platform:
        night.to(platform).poll("09:00:00")
        equal((night.states(), len(platform.requests)), (["INCERTA"] * 3 + ["PENDENTE"] * 2, 3))
        night.poll("09:00:30")
    equal(night.states(), ["INCERTA"] * 3 + ["ENVIADA"] * 2)


@case
def an_unproven_server_gets_nothing(root):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1", "-days", "2", "-keyout", f"{root}.pem",
                    "-out", f"{root}.crt"], check=True, capture_output=True)
    with open(f"{root}.pem", "a", encoding="ascii") as file, open(f"{root}.crt", encoding="ascii") as crt:
        file.write(crt.read())
    night = Night(root)
    with Platform(certificate=f"{root}.pem") as platform:
        night.to(platform).poll("09:00")
        equal(platform.requests, [])
    is_in("certificate", night.err)
    equal(night.states(), ["PENDENTE"])


def killed(root, point, *wanted):
    """wanted: the state after the next poll, and how many requests came in all."""
    night = Night(root)
    with Platform() as platform:
        night.to(platform).poll("09:00:00", code=-signal.SIGKILL, ATOM_KILL_AT=point)
        night.poll("09:00:10").poll("09:05:00")
        equal((night.states(), len(platform.requests)), wanted)
    return night


@case
def killed_before_it_began(root):
    killed(root, "send-connected", ["ENVIADA"], 1)


@case
def killed_before_the_request(root):
    night = killed(root, "send-begun", ["INCERTA"], 0)
    equal(night.select("select motivo from acao_massiva"), [("o programa foi interrompido durante o envio",)])


@case
def killed_after_the_answer(root):
    killed(root, "send-answered", ["INCERTA"], 1)


@case
def killed_when_all_is_written(root):
    killed(root, "send-settled", ["ENVIADA"], 1)


@case
def permitted_hours(root):
    night = Night(root)
    with Platform() as platform:
        night.to(platform)
        for time in ("07:59:59", "20:00:00"):
            night.poll(time)
            equal((night.states(), platform.connections), (["PENDENTE"], 0))
        night.poll("19:59:59")
    equal(night.states(), ["ENVIADA"])


@case
def closed_days(root):
    for date, time, sent in (("2023-08-12", "13:59", True), ("2023-08-12", "14:00", False), ("2023-08-13", "10:00", False),
                             ("2023-09-07", "10:00", False)):
        night = Night(os.path.join(root, f"{date}_{time}"), ())
        night.messages(("84510001;19987650001;MARIA;jornada1",), f"{date.replace('-', '')}_070000_massiva_whatsapp.csv")
        with Platform() as platform:
            night.to(platform).poll(f"{date} {time}")
            equal((date, time, len(platform.requests)), (date, time, int(sent)))


@case
def not_before_its_date(root):
    night = Night(root, ())
    night.messages(("84510001;19987650001;MARIA;jornada1",), "20230809_070000_massiva_whatsapp.csv")
    with Platform() as platform:
        night.to(platform).poll("19:00")
        equal((night.states(), platform.connections), (["PENDENTE"], 0))
        night.poll("2023-08-09 08:00")
        equal((night.states(), len(platform.requests)), (["ENVIADA"], 1))


@case
def nor_after_it(root):
    night = Night(root)
    with Platform() as platform:
        night.to(platform).poll("20:30").poll("2023-08-09 07:00").poll("2023-08-09 08:00")
        equal(platform.connections, 0)
    equal(night.select("select situacao, motivo from acao_massiva"), [("FALHOU", "não saiu na data do arquivo")])
    equal(night.marks(), [("Massiva WhatsApp enviada sem sucesso", "2023-08-09 08:00:00", "não saiu na data do arquivo", 2, 2)])


@case
def no_longer_active(root):
    """Closed in the very poll in which it would go out, by a file that the night did not know when it took the message."""
    night = Night(root, ("84510004;19987650004;RUI;jornada1", "84510001;19987650001;MARIA;jornada1"))
    with open(os.path.join(CASE, "antes", "20230808_200000_baixa_528_out.528"), "rb") as file:
        night.ws.drop("20230808_083000_baixa_528_out.528", file.read())
    with Platform() as platform:
        night.to(platform).poll("09:00")
        equal(len(platform.requests), 1)
    equal(night.select("select situacao, motivo from acao_massiva"), [("FALHOU", "a ficha não está mais ativa"), ("ENVIADA", None)])


@case
def held_as_the_mailing_is(root):
    """A file that may say who has paid failed: nothing goes out, nothing is lost, until somebody lets the mailing go."""
    night = Night(root)
    night.ws.drop("AcordosBaixados_08082023_528.csv", b"")
    with Platform() as platform:
        night.to(platform).poll("08:30", code=1).poll("08:31")
        equal((night.states(), platform.connections), (["PENDENTE"], 0))
        equal(night.ws.call("release", "discagem", "--by", "ana")[0], 0)
        night.poll("08:32")
    equal(night.states(), ["ENVIADA"])


@case
def without_a_template(root):
    night = Night(root, ("84510001;19987650001;MARIA;jornada1", "84510003;41987650003;EVA;jornada2"))
    with contextlib.closing(sqlite3.connect(night.ws.base_path)) as base, base:
        base.execute("update template_hsm set template_id = null where jornada = 'jornada1'")
    with Platform() as platform:
        night.to(platform).poll("09:00")
        equal((night.states(), len(platform.requests)), (["PENDENTE", "ENVIADA"], 1))


@case
def it_rests(root):
    """Without the server's address or the token nothing goes out, check says so, and the messages stay. An import sends nothing either."""
    night = Night(root)
    with Platform() as platform:
        for missing in ("OMNE_URL", "OMNE_TOKEN"):
            night.to(platform)
            del night.env[missing]
            night.poll("09:00")
            code, _, err = night.ws.call("check", env=night.env)
            equal((code, err), (0, f"send hsm_whatsapp is switched off: the environment has no {missing}\n"))
        night.to(platform)
        path = os.path.join(root, "20230808_090000_massiva_whatsapp.csv")
        with open(path, "w", encoding="utf-8") as file:
            file.write("CONTRATO;NUMERO;NOME;JORNADA\n84510003;41987650003;EVA;jornada2\n")
        equal(night.ws.call("import", path, "--at", f"{DAY} 09:00", env=night.env)[0], 0)
        equal((platform.connections, night.states()), (0, ["PENDENTE"] * 2))
        equal(night.ws.call("check", env=night.env)[2], "")


@case
def wrong_sql_loses_no_answer(root):
    """The table that on_success writes is gone: the answer is kept, and told when it can be."""
    night = Night(root, ("84510001;19987650001;MARIA;jornada1", "84510003;41987650003;EVA;jornada2"))
    with contextlib.closing(sqlite3.connect(night.ws.base_path)) as base, base:
        base.execute("alter table marcacao rename to marcacao2")
    with Platform() as platform:
        night.to(platform).poll("09:00", code=1)
        is_in("send hsm_whatsapp: on_success: ", night.err)
        equal((night.states(), len(platform.requests)), (["ENVIANDO", "PENDENTE"], 1))
        with contextlib.closing(sqlite3.connect(night.ws.base_path)) as base, base:
            base.execute("alter table marcacao2 rename to marcacao")
        night.poll("09:01")
        equal((night.states(), len(platform.requests)), (["ENVIADA"] * 2, 2))
    equal([r[0] for r in night.marks()], ["Massiva WhatsApp enviada com sucesso"] * 2)


@case
def a_bad_day(root):
    """Sixty messages, a server that does everything, and a process that dies: each is asked for once, and the base says what came of it."""
    night = Night(root, [f"84510001;1998765{n:04};M{n:02};jornada1" for n in range(60)])
    plans = [200, "cut", 400, 200, "hang up", (429, {"Retry-After": "1"}), 200, "half", 503, 500, 200]
    with Platform(*(plans * 20)) as platform:
        night.to(platform)
        points = ["send-connected", "send-begun:2", "send-answered:3", "send-settled:2", "send-answered", "send-begun"]
        for n in range(70):
            dies = n % 3 == 1
            at = f"{DAY} {9 + n // 12:02}:{n % 12 * 5:02}"
            code, _, err = night.ws.call("run", "--once", "--at", at, env=night.env | ({"ATOM_KILL_AT": points[n % len(points)]} if dies else {}))
            if code not in (0, -signal.SIGKILL):
                raise AssertionError(f"exit {code}: {err}")
        night.poll("15:00")
        taken = [json.loads(r[2])["number"] for r in platform.requests]
    states = dict(night.select("select '55' || numero, situacao from acao_massiva"))
    refused_for_now = platform_answers(platform, (429, 503))
    for number, state in states.items():
        seen = taken.count(number) - refused_for_now.count(number)
        allowed = {"ENVIADA": (1,), "FALHOU": (1,), "INCERTA": (0, 1)}[state]
        if seen not in allowed:
            raise AssertionError(f"{number} is {state} after {seen} requests")
    equal(len(states), 60)


def platform_answers(platform, statuses):
    """The numbers whose requests were answered with one of these."""
    return [json.loads(r[2])["number"] for r, plan in zip(platform.requests, platform.served, strict=True)
            if (plan[0] if isinstance(plan, tuple) else plan) in statuses]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--atom", required=True)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    Night.atom = os.path.abspath(options.atom)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="atom-send-") as scratch:
        for call in CASES:
            if options.only not in call.__name__:
                continue
            try:
                call(os.path.join(scratch, call.__name__))
            except Exception:  # noqa: BLE001 - a case that breaks is a case that fails
                failed += 1
                print(f"FAILED {call.__name__}")
                traceback.print_exc(file=sys.stdout)
    print(f"{len(CASES)} cases, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
