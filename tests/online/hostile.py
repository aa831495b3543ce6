#!/usr/bin/env python3
"""`atom serve` and one party that is hostile, slow or nosy: nobody else is stopped, nobody sees what is not theirs, and whoever looked left a trail.

    hostile.py --atom build/atom
"""

import argparse
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

from faults import post, raw, status_of
from pack_api import fault
from served import Served, same

ROOT = Path(__file__).resolve().parents[2]
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PLACES = 500  # of 700 files that the server may open
DEADLINE = 3

ENDLESS = """report = "endless"
title = "Endless"
scope = ["ops"]
[[table]]
name = "t"
query = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) n from n"
"""
RAW_LINES = """report = "crus"
title = "Linhas"
scope = ["ops"]
[[table]]
name = "t"
query = "select upper(registro) x from rejeicao"
"""


def prepare(home):
    settings = home / "atom.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + f"""
[serve]
report_deadline = "{DEADLINE}s"

[proxy]
user_header = "X-Remote-User"
secret_env = "PROXY_SECRET"
scope = ["backoffice"]
""", encoding="utf-8")
    (home / "jobs" / "endless.toml").write_text(ENDLESS, encoding="utf-8")


def ask(s, path, headers=None, data=None, method=None):
    return s.ask(method or ("GET" if data is None else "POST"), path, data, None, headers)


def trail(s, what, *values):
    return s.online(f"select quem, chamada, chave, status from trilha where {what} order by id", *values)


def count(s):
    return s.online("select count(*) from trilha")[0][0]


def took(work):
    began = time.monotonic()
    work()
    return time.monotonic() - began


def check_trail_of_calls(s):
    fault(s.post("/api/InsertEmail", {"idCrm": 2, "email": "x"}), 422, "EMAIL_INVALIDO", "email")
    same(trail(s, "chamada = 'InsertEmail'"), [("ana", "InsertEmail", "900200", 422)], "a refused call that names somebody")
    fault(s.post("/api/InsertEmail", {"idCrm": 98765, "email": "a@exemplo.com.br"}), 404, "CLIENTE_NAO_ENCONTRADO", "idCrm")
    (row,) = trail(s, "status = 404")
    same((row[:2], bool(re.fullmatch("hash:[0-9a-f]{32}", row[2]))), (("ana", "InsertEmail"), True), "who is not there is a hash")
    told = subprocess.check_output([s.work.atom, "-C", s.work.home, "trail", "--key", "98765", "--json"], text=True)
    same(told.count("\n"), 1, "and found by the key all the same")
    before = count(s)
    fault(s.get("/api/ConsultaCliente", "bia", idCrm=2), 403, "SEM_PERMISSAO")
    same(trail(s, "status = 403"), [("bia", "ConsultaCliente", "900200", 403)], "no scope, but a name in the address")
    fault(s.ask("POST", "/api/Workflow/1/status", {"status": "ABERTO"}, "ana"), 403, "SEM_PERMISSAO")
    fault(s.get("/relatorios/cliente.json", "ana", busca=3), 403, "SEM_PERMISSAO")
    same(trail(s, "chamada = 'relatorio:cliente'"), [("ana", "relatorio:cliente", "900300", 403)], "a report that is refused")
    same(s.post("/api/InsertEmail", {"idCrm": "?"}).status, 422, "what cannot be read")
    same(count(s), before + 2, "names nobody")


def check_trail_of_pages(s):
    s.online_write("with n(i) as (select 1 union all select i + 1 from n where i < 3000) "
                   "insert into workflow(id, contrato, id_crm, id_resultado, tabulacao, status, em) select i, 'C' || (i / 2), 1, i, 't', 'ABERTO', '2026' from n")
    before = count(s)
    same(ask(s, "/relatorios/fila", {"Authorization": "Bearer " + s.tokens["bia"]}).status, 200, "a page of 25 rows of 3000")
    same(count(s) - before, 13, "whom it shows, each once, and nobody else")
    same(s.get("/relatorios/fila.csv", "bia", tabela="por_situacao").status, 200, "a table that shows nobody")
    before = count(s)
    same(s.get("/relatorios/recusas.csv", "ops", numero=s.rejected).status, 200, "raw lines")
    same(trail(s, "chamada = 'relatorio:recusas'"), [("ops", "relatorio:recusas", "777777", 200)], "whose the line is")
    same(s.get("/relatorios/arquivo.json", "ops", id=s.rejected).status, 200, "the file's page")
    same(count(s) - before, 2, "its trail")


def check_what_check_says(s):
    home = Path(s.work.home)
    (home / "jobs" / "crus.toml").write_text(RAW_LINES, encoding="utf-8")
    done = subprocess.run([s.work.atom, "-C", s.work.home, "check"], capture_output=True, text=True, check=False)
    same((done.returncode, "warning: jobs/crus.toml:6:9: t: column x may show personal data over HTTP without a trail" in done.stderr), (0, True), f"it ran before {done}")
    data = home / "data"
    data.rename(home / "kept")
    try:
        done = subprocess.run([s.work.atom, "-C", s.work.home, "check"], capture_output=True, text=True, check=False)
        same((done.returncode, "jobs/crus.toml:6:9: t: column x may show" in done.stderr, "warning" in done.stderr), (2, True, False), f"a new workspace {done}")
        job = home / "jobs" / "WorkflowStatus.toml"
        text = job.read_text(encoding="utf-8")
        job.write_text(text + '\n[[rule]]\nname = "apaga"\nsql = "delete from trilha"\n', encoding="utf-8")
        done = subprocess.run([s.work.atom, "-C", s.work.home, "check"], capture_output=True, text=True, check=False)
        same("trilha is the engine's own table; no rule writes it" in done.stderr, True, f"no rule writes the trail {done}")
        job.write_text(text, encoding="utf-8")
    finally:
        (home / "kept").rename(data)
        (home / "jobs" / "crus.toml").unlink()


def check_secrets(s):
    def query(sql):
        return subprocess.run([s.work.atom, "-C", s.work.home, "query", sql], capture_output=True, text=True, check=False)
    same(set(query("select distinct hash from online.atom_token").stdout.split("\n")[1:]), {""}, "the hash of a token reads as null")
    same("fts3_tokenizer is not allowed here" in query("select fts3_tokenizer('simple')").stderr, True, "no pointers")


def check_who_decides(s):
    page = ask(s, "/relatorios/fila?status=", {"Authorization": "Bearer " + s.tokens["bia"]}).text
    key = re.search('name="atom.chave" value="([^"]*)"', page)[1]
    form = f"atom.acao=atom:approve&atom.arquivo={s.rejected}&atom.chave={key}".encode()
    answer = ask(s, "/relatorios/dia", FORM | {"Authorization": "Bearer " + s.tokens["bia"]}, form)
    same((answer.status, "esta chave não permite isto" in answer.text), (403, True), "an analyst lets no file through")
    same(s.online("select count(*) from atom_request"), [(0,)], "no request")
    s.tokens["dora"] = s.token("dora", "backoffice,decide")
    page_of_hers = ask(s, "/relatorios/fila?status=", {"Authorization": "Bearer " + s.tokens["dora"]}).text
    hers = form.replace(key.encode(), re.search('name="atom.chave" value="([^"]*)"', page_of_hers)[1].encode())
    same(ask(s, "/relatorios/dia", FORM | {"Authorization": "Bearer " + s.tokens["dora"]}, hers).status, 409, "who may decide gets as far as the file")
    item = f"atom.acao=WorkflowStatus&id=1&status=Acordo+Realizado&atom.chave={key}".encode()
    same("usuario" in re.findall('name="([^"]*)"', page), False, "a page does not ask who decides")
    ask(s, "/relatorios/fila", FORM | {"Authorization": "Bearer " + s.tokens["bia"]}, item)
    same(s.online("select usuario, quem from workflow_decisao"), [("bia", "bia")], "it is who is signed in")
    same(s.post("/api/Workflow/2/status", {"status": "Acordo Realizado", "usuario": "diretora"}, "bia").status, 200, "a program says for whom")
    rows = s.get("/relatorios/fila.json", "bia", status="Acordo Realizado").json["tables"]["itens"]
    same([r["usuario"] for r in rows], ["bia", "diretora (assinado: bia)"], "and both are shown")


def check_slow_report(s):
    """Reports that would never end, whose readers have gone or wait: health, calls and other pages go on, and each ends by its deadline."""
    request = f"GET /relatorios/endless HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {s.tokens['ops']}\r\n\r\n".encode()
    for _ in range(16):
        with socket.create_connection(("127.0.0.1", s.port)) as c:
            c.sendall(request)
            time.sleep(0.01)  # so that it is begun, or waits, before it goes
    wait = took(lambda: same(s.get("/relatorios/dia.json", "ops").status, 200, "who asked and went"))
    same(wait < DEADLINE, True, f"nobody waits for who has gone: {wait:.1f} s")
    waiting = [socket.create_connection(("127.0.0.1", s.port)) for _ in range(16)]
    try:
        for c in waiting:
            c.sendall(request)
        same(took(lambda: same(ask(s, "/health").status, 200, "health")) < 0.5, True, "health beside reports")
        same(took(lambda: same(s.get("/api/ConsultaCliente", idCrm=2).status, 200, "a call")) < DEADLINE, True, "a call beside reports")
        same(took(lambda: same(s.get("/relatorios/cliente.json", "bia", busca=2).status, 200, "a page")) < DEADLINE, True, "another one's page")
        same(status_of(waiting[0].recv(65536)), 503, "it is ended by its deadline")
    finally:
        for c in waiting:
            c.close()


def check_bodies_without_token(s):
    head = b"POST /api/webhook HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n"
    for extra, wanted in ((b"", 401), (b"Authorization: Bearer wrong\r\n", 401), (f"Authorization: Bearer {s.tokens['ana']}\r\n".encode(), 403)):
        with socket.create_connection(("127.0.0.1", s.port), timeout=20) as c:
            c.sendall(head + extra + b"\r\n")
            same(status_of(c.recv(65536)), wanted, "refused before its body, and without a 100")
    with socket.create_connection(("127.0.0.1", s.port), timeout=20) as c:
        c.sendall(b"POST /relatorios/entrar HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")
        same(status_of(c.recv(65536)), 413, "a form to sign in is small")


def check_half_headers(s):
    half = []
    try:
        for _ in range(PLACES + 100):
            half.append(socket.create_connection(("127.0.0.1", s.port), timeout=20))
            half[-1].sendall(b"GET /health HTTP/1.1\r\nHo")
        same(took(lambda: same(ask(s, "/health").status, 200, "beside half headers")) < 1, True, "at once")
        same(s.get("/api/ConsultaCliente", idCrm=2).status, 200, "a call")
    finally:
        for c in half:
            c.close()


def check_long_lists(s):
    for body in (b"[" + b"1," * 400000 + b"1]", b"[" + b"{}," * 10000 + b"{}]", b'{"webhook_type": "resume_users", "resume_users": [' + b"1," * 300000 + b"1]}"):
        same((s.ask("POST", "/api/webhook", body, "bot").code), "LISTA_GRANDE_DEMAIS", "a list that is too long")
    fault(s.ask("POST", "/api/webhook", b'[{"webhook_type": "resume_users"}, 1]', "bot"), 422, "JSON_INVALIDO")


def check_strictness(s):
    end = "Connection: close\r\n\r\n"
    good = f"GET /health HTTP/1.1\r\nHost: x\r\n{end}"
    same(status_of(raw(s, good.encode())), 200, "a good one")
    token = f"Authorization: Bearer {s.tokens['ana']}\r\n"
    chunk = "5\r\nGET /\r\n0\r\n\r\n"
    bad = [f"GET /health HTTP/1.1\r\n{end}", f"GET /health HTTP/1.1\r\nHost: x\r\nHost: x\r\n{end}", f"GET /health HTTP/1.1\r\nHost: x y\r\n{end}",
           f"GET /health HTTP/1.1\r\nHost: x/y\r\n{end}", f"GET /health HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           f"GET /health HTTP/1.1\r\nHost: x\r\n{token}{token}{end}", f"GET /health HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\nOrigin: http://y\r\n{end}",
           f"GET /health HTTP/1.1\r\nHost: x\r\nContent-Type: a/b\r\nContent-Type: c/d\r\n{end}",
           f"GET /health HTTP/1.1\r\nHost: x\r\nX-Remote-User: a\r\nX-Remote-User: b\r\n{end}"]
    bad += [f"GET /health HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: {coding}\r\n\r\n{chunk}{good}"
            for coding in ("xchunked", "identity", '"chunked"', "chunked, identity", "gzip, chunked", "chunked\r\nTransfer-Encoding: chunked")]
    for data in bad:
        answer = raw(s, data.encode())
        same((status_of(answer), answer.count(b"HTTP/1.1 ")), (400, 1), f"refused, and closed: {data!r}")
    same(status_of(raw(s, f"GET /health HTTP/1.1\r\nHost: x\r\nExpect: tea\r\n{end}".encode())), 417, "an expectation that nobody knows")
    trailer = post(s, b"").replace(b"Content-Length: 0\r\n", b"Transfer-Encoding: chunked\r\n").replace(token.encode(), b"") + b"0\r\n" + token.encode() + b"\r\n"
    same(status_of(raw(s, trailer)), 401, "a trailer is no header")


class NoRedirect:
    """A browser's part: keeps the cookies of one visitor and follows nothing."""

    def __init__(self, s, headers=None):
        self.s, self.cookies, self.headers = s, {}, headers or {}

    def __call__(self, method, path, form=None, headers=None):
        import http.client  # noqa: PLC0415
        connection = http.client.HTTPConnection("127.0.0.1", self.s.port, timeout=60)
        sent = self.headers | (headers or {}) | ({"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())} if self.cookies else {})
        connection.request(method, path, form, sent | (FORM if form is not None else {"Accept": "text/html"}))
        answer = connection.getresponse()
        text = answer.read().decode()
        for value in answer.headers.get_all("Set-Cookie") or []:
            name, _, rest = value.partition("=")
            self.cookies[name] = rest.split(";")[0]
        connection.close()
        return answer.status, text


def key_of(page):
    return re.search('name="atom.chave" value="([^"]*)"', page)[1]


def sign_in(s, token, browser=None):
    browser = browser or NoRedirect(s)
    _, page = browser("GET", "/relatorios/entrar")
    same(browser("POST", "/relatorios/entrar", f"token={s.tokens[token]}&atom.chave={key_of(page)}")[0], 303, "signed in by the form")
    return browser


def check_sessions(s):
    same(NoRedirect(s)("POST", "/relatorios/entrar", f"token={s.tokens['bia']}")[0], 403, "a form from nowhere signs nobody in")
    same(NoRedirect(s, {"Origin": "http://evil.example"})("POST", "/relatorios/entrar", f"token={s.tokens['bia']}")[0], 403, "nor one from elsewhere")
    same(NoRedirect(s, {"Sec-Fetch-Site": "same-origin"})("POST", "/relatorios/entrar", f"token={s.tokens['bia']}")[0], 303, "the browser says from here")
    b = sign_in(s, "bia")
    cookie = b.cookies["atom_sessao"]
    same((cookie in s.tokens.values(), s.online("select count(*) from atom_session where hash = ?", cookie)), (False, [(0,)]), "the cookie is no token, and only its hash is kept")
    same(s.ask("GET", "/api/Workflow", token=cookie).status, 401, "it opens no call")
    same(s.ask("GET", "/relatorios/fila.json", None, None, {"Cookie": f"atom_sessao=old; atom_sessao={cookie}"}).status, 200, "a good one behind a bad one")
    same(s.ask("GET", "/relatorios/fila.json", None, "wrong", {"Cookie": f"atom_sessao={cookie}"}).status, 401, "a bad token is nobody's")
    status, page = b("GET", "/relatorios/fila")
    b("POST", "/relatorios/sair", "")
    b.cookies["atom_sessao"] = cookie
    same(b("GET", "/relatorios/fila")[0], 200, "signing out wants the form's key")
    b("POST", "/relatorios/sair", f"atom.chave={key_of(page)}")
    b.cookies["atom_sessao"] = cookie
    same(b("GET", "/relatorios/fila")[0], 303, "what was ended is ended on the server")
    b = sign_in(s, "bia")
    s.online_write("update atom_session set ends_at = '2026-11-03 09:59:59'")
    same(b("GET", "/relatorios/fila")[0], 303, "its time is over")
    s.tokens["eva"] = s.token("eva", "backoffice")
    b = sign_in(s, "eva")
    subprocess.run([s.work.atom, "-C", s.work.home, "token", "revoke", "eva"], check=True, stdout=subprocess.DEVNULL)
    same(b("GET", "/relatorios/fila")[0], 303, "its token is good no more")


def check_forms(s):
    b = sign_in(s, "bia")
    here = f"http://127.0.0.1:{s.port}"
    _, page = b("GET", "/relatorios/fila?status=")
    form = f"atom.acao=WorkflowStatus&id=3&status=Acordo+Realizado&atom.chave={key_of(page)}"
    for headers in ({"Origin": here.replace("http:", "https:"), "X-Forwarded-Proto": "http"}, {"Origin": here, "X-Forwarded-Proto": "https"},
                    {"Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"}, {"Origin": "null"}, {"Origin": here, "Sec-Fetch-Site": "same-site"}):
        same(b("POST", "/relatorios/fila", form, headers)[0], 403, f"not from here: {headers}")
    same(s.online("select status from workflow where id = 3"), [("ABERTO",)], "nothing of it was done")
    same(b("POST", "/relatorios/fila", form, {"Origin": here})[0], 303, "from here")
    same("roda na próxima volta" in b("GET", "/relatorios/fila?atom.feito=atom:approve")[1], False, "an address says nothing that was not done")


def check_proxy(s):
    by = {"X-Remote-User": "diretora"}
    path = "/relatorios/cliente.json?busca=2"
    same(ask(s, path, by).status, 401, "the header alone")
    same(ask(s, path, by | {"X-Proxy-Secret": "wrong"}).status, 401, "with another secret")
    same(ask(s, path, by | {"X-Proxy-Secret": "known to the proxy"}).status, 200, "with the secret")
    same(ask(s, path, by | {"X-Proxy-Secret": "known to the proxy", "Authorization": "Bearer wrong"}).status, 401, "a bad token is nobody's")


def check_unseen(s):
    s.online_write("update workflow set tabulacao = 'a' || char(8238) || 'b' || char(133) || 'c' where id = 4")
    same(">abc<" in ask(s, "/relatorios/fila", {"Authorization": "Bearer " + s.tokens["bia"]}).text, True, "no mark turns a page's text")
    s.online_write("update workflow set tabulacao = char(10) || char(160) || '=1+1,=2' where id = 4")
    same("\"'\n'\u00a0=1+1,'=2\"" in s.get("/relatorios/fila.csv", "bia", tabela="itens").text, True, "no formula in a CSV file")


def check_unix_socket(atom):
    def by_socket(home):
        with open(home / "atom.toml", "a", encoding="utf-8") as settings:
            settings.write('\n[proxy]\nuser_header = "X-Remote-User"\nscope = ["backoffice"]\nfrom = ["unix"]\n')
    path = os.path.join("/tmp", f"atom-hostile-{os.getpid()}.sock")
    with Served(atom, by_socket, listen="unix:" + path) as s:
        same(oct(os.stat(path).st_mode & 0o777), "0o660", "for its group")
        with socket.socket(socket.AF_UNIX) as c:
            c.connect(path)
            c.sendall(b"GET /relatorios/cliente.json?busca=2 HTTP/1.1\r\nHost: x\r\nX-Remote-User: diretora\r\nConnection: close\r\n\r\n")
            same(status_of(c.recv(65536)), 200, "whom the proxy names")
        same(s.online("select quem, chave, status from trilha"), [("diretora", "900200", 200)], "the trail")
        same(s.stop(), 0, "the end")
        same(os.path.exists(path), False, "the socket goes with the server")


CHECKS = (check_trail_of_calls, check_trail_of_pages, check_what_check_says, check_secrets, check_who_decides, check_slow_report,
          check_bodies_without_token, check_half_headers, check_long_lists, check_strictness, check_sessions, check_forms, check_proxy, check_unseen)


class Server(Served):
    def online_write(self, sql):
        import sqlite3  # noqa: PLC0415
        with sqlite3.connect(os.path.join(self.work.home, "data", "online.db"), timeout=30) as db:
            db.execute(sql)
        db.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--atom", required=True)
    options = parser.parse_args()
    os.environ["PROXY_SECRET"] = "known to the proxy"
    server = Server(options.atom, prepare, before=("prlimit", f"--nofile={PLACES + 200}:{PLACES + 200}"))
    remessa = ROOT / "fixtures/night-stale/tarde/20230807_200000_remessa_528_out.528"
    (Path(server.work.source) / "20261103_080000_remessa_528_out.528").write_bytes(remessa.read_bytes())
    (Path(server.work.source) / "telefones_carteira_veic_031126090000.csv").write_text("CPF;CONTRATO;TELEFONE1;SCORE1\n52998224725;777777;11987650001;10\n", encoding="utf-8")
    server.work.poll("2026-11-03 10:00")
    with server:
        server.rejected = server.base("select id from arquivo where rejected > 0")[0][0]
        for check in CHECKS:
            try:
                check(server)
            except AssertionError as error:
                raise AssertionError(f"{check.__name__}: {error}") from error
        same(server.stop(), 0, "the end")
    check_unix_socket(options.atom)
    print(f"{len(CHECKS) + 1} checks hold")
    return 0


if __name__ == "__main__":
    sys.exit(main())
