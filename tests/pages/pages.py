#!/usr/bin/env python3
"""The pages of the shipped pack in a real headless Chromium: signs in, decides an item of the queue, approves a held file, finds a rejected line.

    pages.py --atom build/atom [--shots DIR]     --shots keeps pictures: light, dark, and as wide as a phone
"""

import argparse
import io
import json
import pathlib
import sys
import urllib.error
import urllib.request
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "online"))
from served import AT, Served, same  # noqa: E402
from browser import Browser  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIELDS = ["Contrato", "Nome", "CPF", "Telefones", "E-mail", "Endereço", "Prazo", "Parcelas pagas", "Valor da parcela", "A vencer", "Vencidas",
          "Parcelas vencidas", "Dias de atraso", "Marca", "Modelo", "Ano", "Tabulação", "Observação"]
HEADER = "CPF;CONTRATO;TELEFONE1;SCORE1"


def holds(text, part, what):
    if part not in text:
        raise AssertionError(f"{what}: no {part!r} in {text[:1500]!r}")


def drop_files(server):
    """A remessa; a file with a line that is turned down; an exclusao of the day before, which is held."""
    source = pathlib.Path(server.work.source)
    remessa = ROOT / "fixtures/night-stale/tarde/20230807_200000_remessa_528_out.528"
    exclusao = ROOT / "fixtures/night-stale/tarde/20230807_170000_baixa_528_out.528"
    (source / "20261103_080000_remessa_528_out.528").write_bytes(remessa.read_bytes())
    (source / "telefones_carteira_veic_031126090000.csv").write_text(f"{HEADER}\n52998224725;777777;11987650001;10\n", encoding="utf-8")
    server.work.poll(AT)
    (source / "20261102_200000_baixa_528_out.528").write_bytes(exclusao.read_bytes())
    server.work.poll(AT)


def raw(server, path, headers=None, data=None, method=None, text=True):
    class NoRedirect(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_):
            return None

    request = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", data=data, method=method, headers=headers or {})
    try:
        answer = urllib.request.build_opener(NoRedirect).open(request, timeout=60)
    except urllib.error.HTTPError as error:
        answer = error
    body = answer.read()
    same(len(set(answer.headers)), len(answer.headers), f"each header once: {answer.headers}")
    return answer.status, dict(answer.headers), body.decode("utf-8") if text else body


def check_without_browser(server):
    token = {"Authorization": "Bearer " + server.tokens["bia"]}
    same(raw(server, "/relatorios/fila.json")[0], 401, "JSON without a token")
    same(raw(server, "/relatorios/fila", {"Accept": "text/html"})[:1], (303,), "a page without a token")
    holds(raw(server, "/relatorios/fila", {"Accept": "text/html"})[1]["Location"], "/relatorios/entrar?next=%2Frelatorios%2Ffila", "where to")
    same(raw(server, "/relatorios/fila.json", {"Authorization": "Bearer " + server.tokens["ana"]})[0], 403, "another scope")
    same(raw(server, "/relatorios/nada.json", token)[0], 404, "no such report")
    status, headers, body = raw(server, "/relatorios/fila.json?status=", token)
    same((status, headers["Content-Type"], json.loads(body)["tables"]["itens"][0]["contrato"]), (200, "application/json", "900200"), "JSON")
    status, headers, body = raw(server, "/relatorios/fila.csv?tabela=itens", token)
    same((status, body.split("\r\n")[0]), (200, "\ufeffid;contrato;nome;tabulacao;status;dias_atraso;valor_atraso;em;usuario;decidido_em"), "CSV")
    holds(body, ";1190,74;", "CSV decimals")
    status, headers, body = raw(server, "/relatorios/fila.xlsx?tabela=itens", token, text=False)
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode("utf-8")
    same((status, "MARIA EXEMPLO" in sheet, "<v>1190.74</v>" in sheet), (200, True, True), "a workbook, with money as a number")
    same(raw(server, "/relatorios/dia.json?data=ontem", token)[0], 422, "a date that is none")
    status, headers, body = raw(server, "/relatorios/fila", token)
    same(status, 200, "a page with a token")
    holds(headers["Content-Security-Policy"], "default-src 'none'", "CSP")
    same((headers["X-Content-Type-Options"], headers["Cache-Control"]), ("nosniff", "no-store"), "headers")
    same(raw(server, "/relatorios/estilo.css")[1]["Cache-Control"], "max-age=300", "the style sheet may be kept")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    item = b"atom.acao=WorkflowStatus&id=1&status=Acordo+Realizado"
    same(raw(server, "/relatorios/fila", token | form, item)[0], 403, "a form without its key")
    key = body.split('name="atom.chave" value="')[1].split('"')[0].encode()
    same(raw(server, "/relatorios/fila", token | form | {"Sec-Fetch-Site": "cross-site"}, item + b"&atom.chave=" + key)[0], 403, "from another site")
    same(raw(server, "/relatorios/fila", token | form | {"Origin": "http://evil.example"}, item + b"&atom.chave=" + key)[0], 403, "from another origin")
    same(raw(server, "/relatorios/fila", token | form, b"atom.acao=InsertTabulacao&atom.chave=" + key)[0], 422, "an action that is not the page's")
    same(server.online("select status from workflow"), [("ABERTO",)], "nothing of it was done")
    same([r[2] for r in server.online("select quem, chamada, chave from trilha where chamada = 'relatorio:fila'")][:1], ["900200"], "the trail")
    status, headers, _ = raw(server, "/relatorios/entrar", form | {"Sec-Fetch-Site": "same-origin"}, b"token=" + server.tokens["bia"].encode() + b"&next=//evil.example/")
    same((status, headers["Location"]), (303, "/relatorios"), "signing in goes nowhere else")
    for part in ("HttpOnly", "SameSite=Strict", "Path=/relatorios"):
        holds(headers["Set-Cookie"], part, "cookie")
    metrics = server.get("/metrics", token="ops").text
    for part in ('atom_files{status="held"} 1\n', 'atom_rejects_total{code="CONTRATO_NAO_ENCONTRADO"} 1\n', 'atom_source_last_poll_age_seconds{source="credor"} ',
                 'atom_http_requests_total{route="/relatorios/{nome}",status="403"}'):
        holds(metrics, part, "metrics")


class Look:
    def __init__(self, browser, folder):
        self.browser, self.folder = browser, folder

    def __call__(self, name):
        for kind, width, dark in (("light", 1280, False), ("dark", 1280, True), ("phone", 390, False)):
            self.browser.look(width, dark)
            same(self.browser.wider_than_screen(), 0, f"{name}, {kind}: scrolls sideways by")
            if self.folder:
                self.browser.screenshot(self.folder / f"{name}-{kind}.png")
        self.browser.look(1280)


def sign_in(b, server, who):
    b.type("#token", server.tokens[who])
    b.key("Enter", 13, "\r", loads=True)


def decide_item(b, server, look):
    b.go(f"http://127.0.0.1:{server.port}/relatorios/fila")
    same(b.address(), "/relatorios/entrar?next=%2Frelatorios%2Ffila", "sign-in")
    b.type("#token", "atom_wrong")
    b.click("form.card button", loads=True)
    holds(b.text(), "Esta chave não vale", "a wrong token")
    look("entrar")
    sign_in(b, server, "bia")
    same(b.address(), "/relatorios/fila", "back where one wanted to go")
    holds(b.text(), "900200", "the queue")
    holds(b.text(), "1.190,74", "money")
    same(b.value("document.scripts.length"), 0, "no scripts")
    look("fila")
    b.click("section#none, section td a", loads=True)
    same(b.address(), "/relatorios/item?id=1", "the item's page")
    same(b.value("[...document.querySelectorAll('dl dt')].map(e => e.innerText)"), FIELDS, "what an item shows")
    holds(b.text(), "MARIA EXEMPLO", "the client")
    same(b.value("document.querySelectorAll('form.action .choices input').length"), 11, "the statuses")
    look("item")
    b.click("form.action .choices label:nth-child(2) input")
    b.type("form.action input[name=obs]", "liga <b>amanhã</b>")
    b.click("form.action button", loads=True)
    holds(b.text(), "Gravado.", "what the page says")
    holds(b.text(), "liga <b>amanhã</b>", "what was decided")
    same(server.online("select status, usuario, obs from workflow"), [("Agendamento de Contato", "bia", "liga <b>amanhã</b>")], "the decision")
    b.go(f"http://127.0.0.1:{server.port}/relatorios/fila")
    holds(b.text(), "Nada aqui.", "the open queue")
    b.value("document.querySelector('#p-status').value = 'Agendamento de Contato'")
    b.click("form.filters button", loads=True)
    holds(b.text(), "900200", "the filter")


def approve_file(b, server, look):
    b.click(".who button", loads=True)
    same(b.address(), "/relatorios/entrar", "signed out")
    sign_in(b, server, "ops")
    b.go(f"http://127.0.0.1:{server.port}/relatorios/dia")
    holds(b.text(), "20261102_200000_baixa_528_out.528", "what is held")
    holds(b.text(), "retido", "its status")
    look("dia")
    b.look(390)
    label = "(() => { const e = document.querySelector('.bars .what'), r = e.getBoundingClientRect(), s = getComputedStyle(e);" \
            " return [e.innerText, r.left >= 0 && r.right <= innerWidth, parseFloat(s.fontSize) >= 15, e.scrollWidth <= e.clientWidth]; })()"
    same(b.value(label), ["CONTRATO_NAO_ENCONTRADO", True, True, True], "a bar's label on a phone: whole, on the screen, in the page's size")
    b.look(1280)
    b.click("details.act summary")
    look("dia-aprovar")
    b.click("details.act[open] button", loads=True)
    holds(b.text(), "Aprovado: o arquivo roda na próxima volta.", "what the page says")
    same(server.online("select kind, by from atom_request"), [("approve", "ops")], "the request")
    server.work.poll(AT)
    b.go(f"http://127.0.0.1:{server.port}/relatorios/dia")
    same(server.base("select status from atom_file where file = '20261102_200000_baixa_528_out.528'"), [("done",)], "the file")


def find_line(b, server, look):
    b.click("section[aria-labelledby=t-recusas] td a", loads=True)
    holds(b.address(), "/relatorios/recusas?codigo=CONTRATO_NAO_ENCONTRADO", "the code's page")
    holds(b.text(), "777777", "the line")
    look("recusas")
    b.click("section td a", loads=True)
    holds(b.address(), "/relatorios/arquivo?id=", "the file's page")
    holds(b.text(), "telefones_carteira_veic_031126090000.csv", "the file")
    look("arquivo")


def client_sheet(b, server, look):
    b.click(".who button", loads=True)
    sign_in(b, server, "bia")
    b.go(f"http://127.0.0.1:{server.port}/relatorios/cliente?cpf_cnpj=529.982.247-25")
    for part in ("MARIA EXEMPLO", "987650001", "Rua das Acácias", "595,37", "FIAT", "35.000,00", "03/11/2026"):
        holds(b.text(), part, "the sheet")
    look("cliente")
    b.key("Tab", 9)
    same(b.value("document.activeElement.className"), "skip", "the first thing a keyboard comes to")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--atom", required=True)
    options.add_argument("--shots", type=pathlib.Path)
    args = options.parse_args()
    if args.shots:
        args.shots.mkdir(parents=True, exist_ok=True)
    with Served(args.atom) as server:
        drop_files(server)
        made = server.post("/api/InsertTabulacao", {
            "idCampanha": 1, "idCrm": 2, "resultado": server.base("select min(id) from resultado_tabulacao where workflow = 'S'")[0][0], "usuario": "ana",
            "idTipoCanal": 1, "obs": "quer <i>refinanciar</i>", "attendanceId": "A-9", "dataInicioAtendimento": "2026-11-03 09:59:00"})
        same(made.status, 201, "an outcome that puts a ficha into the queue")
        check_without_browser(server)
        with Browser() as b:
            look = Look(b, args.shots)
            decide_item(b, server, look)
            approve_file(b, server, look)
            find_line(b, server, look)
            client_sheet(b, server, look)
        same(server.stop(), 0, "the end")
    print("pages: signed in, decided, approved, found")


if __name__ == "__main__":
    main()
