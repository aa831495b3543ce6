#!/usr/bin/env python3
"""`atom serve` under requests that are wrong, too big, too deep, too many or not HTTP at all; killed after an answer; beside a load.

    faults.py --atom build/atom
"""

import argparse
import gzip
import json
import os
import resource
import selectors
import socket
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

from pack_api import TABULACAO, attendance, event, fault
from served import Served, same

IDLE = 400
IN_HAND, OVER = 1000, 20


def raw(s, data, read=True):
    with socket.create_connection(("127.0.0.1", s.port), timeout=60) as c:
        try:
            c.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has its answer already
        out = b""
        while read:
            try:
                more = c.recv(65536)
            except ConnectionResetError:
                break
            if not more:
                break
            out += more
        return out


def status_of(answer):
    return int(answer.split(b" ", 2)[1]) if answer else None


def post(s, body, token="ana", kind="application/json", extra=""):
    return (f"POST /api/InsertTabulacao HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {s.tokens[token]}\r\n"
            f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n{extra}\r\n").encode() + body


def check_who_may(s):
    same(s.ask("GET", "/health", token=None).json, {"status": "ok"}, "health needs no token")
    for token in (None, "wrong", "atom_" + "0" * 48):
        a = s.ask("GET", "/api/Workflow", token=token)
        same((a.status, a.code, a.headers["WWW-Authenticate"]), (401, "NAO_AUTORIZADO", "Bearer"), "no token")
    same(s.ask("GET", "/nothing", token=None).status, 401, "a stranger learns nothing")
    same((s.get("/nothing").status, s.get("/nothing").code), (404, "CAMINHO_NAO_ENCONTRADO"), "no such path")
    fault(s.get("/api/Workflow"), 403, "SEM_PERMISSAO")
    a = s.get("/api/InsertTabulacao")
    same((a.status, a.code, a.headers["Allow"]), (405, "METODO_NAO_PERMITIDO", "POST"), "another method")
    kept = s.online("select hash from atom_token")
    same([t for t in s.tokens.values() if (t,) in kept or len(t) != 53], [], "only hashes are kept")
    s.tokens["gone"] = s.token("gone", "portal")
    same(s.get("/api/ConsultaCliente", "gone", idCrm=2).status, 200, "a new token counts at once")
    subprocess.run([s.work.atom, "-C", s.work.home, "token", "revoke", "gone"], check=True, stdout=subprocess.DEVNULL)
    same(s.get("/api/ConsultaCliente", "gone", idCrm=2).status, 401, "and no more once it is revoked")


def check_charsets(s):
    def ask(charset, body, **headers):
        return s.ask("POST", "/api/InsertTabulacao", body, headers={"Content-Type": f"application/json{charset}"} | headers)

    for n, (charset, encoding) in enumerate((("; charset=utf-8", "utf-8"), ('; charset="UTF-8"', "utf-8"), ("; charset=iso-8859-1", "latin-1"),
                                             (";charset=windows-1252", "cp1252"), ("; x=y; Charset=ISO-8859-1", "latin-1"))):
        body = json.dumps(TABULACAO | {"attendanceId": f"charset {n}", "obs": "ação"}, ensure_ascii=False).encode(encoding)
        same(ask(charset, body).status, 201, charset)
    same(s.online("select count(*) from tabulacao where obs = 'ação'"), [(5,)], "all as UTF-8")
    fault(ask("", json.dumps(TABULACAO | {"obs": "ação"}, ensure_ascii=False).encode("latin-1")), 400, "JSON_INVALIDO")
    fault(ask("; charset=utf-16", json.dumps(TABULACAO).encode("utf-16")), 415, "TIPO_DE_CONTEUDO")
    fault(ask("", gzip.compress(json.dumps(TABULACAO).encode()), **{"Content-Encoding": "gzip"}), 415, "TIPO_DE_CONTEUDO")
    same(ask("", json.dumps(TABULACAO | {"attendanceId": "identity"}).encode(), **{"Content-Encoding": "identity"}).status, 201, "identity is none")


def check_bodies(s):
    fault(s.ask("POST", "/api/InsertTabulacao", b"x=1", headers={"Content-Type": "text/plain"}), 415, "TIPO_DE_CONTEUDO")
    for body in (b"", b" ", b"{", b'{"idCrm": }', b"\xff", b"nul", b'{"a": "\x01"}', b"{} {}"):
        fault(s.ask("POST", "/api/InsertTabulacao", body), 400, "JSON_INVALIDO")
    for body in (b"[" * 100000, b'{"a":' * 70 + b"1" + b"}" * 70):
        fault(s.ask("POST", "/api/InsertTabulacao", body), 422, "JSON_INVALIDO")
    check_charsets(s)
    for body in (b"1", b'"x"', b"null", b"[]", b"{}"):
        a = s.ask("POST", "/api/InsertTabulacao", body)
        same(a.status, 422, f"another kind of document {body!r} {a.text}")
    fault(s.post("/api/InsertTabulacao", TABULACAO | {"obs": {"a": 1}}), 422, "VALOR_INVALIDO", "obs")
    fault(s.post("/api/InsertTabulacao", TABULACAO | {"idCrm": 2.5}), 422, "VALOR_INVALIDO", "idCrm")
    fault(s.post("/api/InsertTabulacao", TABULACAO | {"idCrm": 10**30}), 422, "VALOR_INVALIDO", "idCrm")
    fault(s.post("/api/InsertTabulacao", TABULACAO | {"obs": "a\0b"}), 422, "CODIFICACAO_INVALIDA", "obs")
    same(s.post("/api/InsertTabulacao", TABULACAO | {"attendanceId": "big", "obs": "x" * 1000000}).status, 201, "a million characters")
    same(s.post("/api/InsertTabulacao", TABULACAO | {"attendanceId": "'; drop table tabulacao; --"}).status, 201, "text is text")
    same(s.post("/api/InsertTabulacao", TABULACAO | {"attendanceId": "more", "unknown": [1, {"x": None}]}).status, 201, "an unknown field")
    same(status_of(raw(s, post(s, b"x" * (1 << 20) + b"x"))), 413, "a body over the limit")
    same(status_of(raw(s, post(s, b"x" * (4 << 20)))), 413, "far over it")
    chunk = b"10000\r\n" + b"y" * 65536 + b"\r\n"
    head = post(s, b"").replace(b"Content-Length: 0\r\n", b"Transfer-Encoding: chunked\r\n")
    same(status_of(raw(s, head + chunk * 20 + b"0\r\n\r\n")), 413, "in chunks")
    body = json.dumps(TABULACAO | {"attendanceId": "continue"}).encode()
    same(b" 201 " in raw(s, post(s, body, extra="Expect: 100-continue\r\n")), True, "Expect: 100-continue")


def check_http(s):
    same(status_of(raw(s, b"GET / HTTP/1.1\r\n" + b"X: " + b"y" * 20000 + b"\r\n\r\n")), 431, "headers over the limit")
    for data in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"nonsense\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
                 b"POST /health HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", b"GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                 b"GET /%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"):
        same(status_of(raw(s, data)), 400, f"not HTTP: {data[:20]!r}")
    raw(s, b"POST /api/webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf", read=False)
    for target in (b"http://elsewhere/health", b"HTTP://x:8080/health?y=1"):
        same(status_of(raw(s, b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")), 200, f"absolute form {target}")
    for target in (b"http:///health", b"ftp://x/health", b"*"):
        same(status_of(raw(s, b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")), 400, f"no target {target}")
    pair = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n" + b"HEAD /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = raw(s, pair)
    same((answer.count(b"200 OK"), answer.endswith(b"\r\n\r\n")), (2, True), "two on one connection, the second without a body")


def check_many(s):
    idle = []
    try:
        for _ in range(IDLE):
            idle.append(socket.create_connection(("127.0.0.1", s.port), timeout=60))
        same(s.get("/api/ConsultaCliente", idCrm=2).status, 200, "beside idle connections")
    finally:
        for c in idle:
            c.close()
    answers = []

    def ask(n):
        answers.append(s.post("/api/InsertTabulacao", TABULACAO | {"attendanceId": f"many-{n % 20}"}).status)
    threads = [threading.Thread(target=ask, args=(n,)) for n in range(40)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    same(sorted(answers), [200] * 20 + [201] * 20, "twice at once is once")
    same(s.online("select count(*) from tabulacao where attendance_id like 'many-%'"), [(20,)], "rows")


def answers_of(connections, wanted):
    """Whole answers of the first so many that have one; those are closed and taken from the list."""
    got = []
    with selectors.DefaultSelector() as ready:
        for c in connections:
            ready.register(c, selectors.EVENT_READ, bytearray())
        while len(got) < wanted:
            events = ready.select(60)
            same(bool(events), True, f"{len(got)} of {wanted} answers, and no more for a minute")
            for key, _ in events:
                more = key.fileobj.recv(65536)
                key.data.extend(more)
                if not more:
                    ready.unregister(key.fileobj)
                    connections.remove(key.fileobj)
                    key.fileobj.close()
                    got.append(bytes(key.data))
    return got


def check_too_many(s):
    """Nothing can be committed for a while: what waits is bounded, what is over the bound is told so at once, and nothing that waits is lost."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, IN_HAND + OVER + 100), hard))
    online = sqlite3.connect(os.path.join(s.work.home, "data", "online.db"), isolation_level=None)
    request = post(s, json.dumps(TABULACAO | {"attendanceId": "crowd"}).encode())
    crowd = []
    try:
        online.execute("begin immediate")
        for _ in range(IN_HAND + OVER):
            crowd.append(socket.create_connection(("127.0.0.1", s.port), timeout=60))
            crowd[-1].sendall(request)
        for answer in answers_of(crowd, OVER):
            head, _, body = answer.decode().partition("\r\n\r\n")
            same((head.split("\r\n")[0], "Retry-After: 1" in head.split("\r\n"), json.loads(body)),
                 ("HTTP/1.1 429 Too Many Requests", True, {"error": {"code": "MUITOS_PEDIDOS", "message": "há pedidos demais; tente de novo"}}), "over the bound")
        online.execute("rollback")
        same(sorted(map(status_of, answers_of(crowd, IN_HAND))), [200] * (IN_HAND - 1) + [201], "all that waited")
    finally:
        online.close()
        for c in crowd:
            c.close()
    same(s.get("/api/ConsultaCliente", idCrm=2).status, 200, "and it takes requests again")


def check_beside_a_load(s):
    """The base is locked by a writer, as for the whole of a load: a write does not wait, and a read sees the last commit."""
    base = sqlite3.connect(s.work.base_path, isolation_level=None)
    try:
        base.execute("begin immediate")
        base.execute("update ficha set nome = 'HALF A FILE'")
        same(s.post("/api/InsertTabulacao", TABULACAO | {"attendanceId": "load"}).status, 201, "a write beside a load")
        same(s.client("900200")["mailing"]["nome"], "MARIA EXEMPLO", "a read beside a load")
    finally:
        base.execute("rollback")
        base.close()


def check_base_away(s):
    os.rename(s.work.base_path, s.work.base_path + ".away")
    try:
        fault(s.get("/api/ConsultaCliente", idCrm=2), 503, "BASE_INACESSIVEL")
        fault(s.post("/api/InsertTabulacao", TABULACAO), 503, "BASE_INACESSIVEL")
        same(s.ask("GET", "/health", token=None).status, 200, "alive all the same")
    finally:
        os.rename(s.work.base_path + ".away", s.work.base_path)
    same(s.get("/api/ConsultaCliente", idCrm=2).status, 200, "back again")


def check_killed(s):
    for n in range(5):
        a = s.post("/api/InsertTabulacao", TABULACAO | {"attendanceId": f"kill-{n}"})
        event(s, attendance(f"kill-{n}", crm="2"))
        s.kill()
        same(s.online("select id from tabulacao where attendance_id = ?", f"kill-{n}"), [(a.json["id"],)], "nothing that was answered is lost")
        same(s.online("select count(*) from mensagem where attendance_id = ?", f"kill-{n}"), [(2,)], "nor an event")
        s.start()
    same(s.stop(), 0, "SIGTERM ends it well")
    log = Path(s.log).read_text(encoding="utf-8")
    same([line for line in log.splitlines() if "BASE" not in line and "cannot be reached" not in line], [], "the log")


CHECKS = (check_who_may, check_bodies, check_http, check_many, check_too_many, check_beside_a_load, check_base_away, check_killed)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--atom", required=True)
    options = parser.parse_args()
    with Served(options.atom) as server:
        for check in CHECKS:
            try:
                check(server)
            except AssertionError as error:
                raise AssertionError(f"{check.__name__}: {error}") from error
    print(f"{len(CHECKS)} checks hold")
    return 0


if __name__ == "__main__":
    sys.exit(main())
