#!/usr/bin/env python3
"""The pages of the shipped pack in a real headless Chromium: signs in, decides items of the queue, approves a held file, finds a rejected line;
with a queue of 120 items and 600 rejected lines of 4,292 bytes no page is too high, and what is done stands beside whom it is about.

    pages.py --atom build/atom [--shots DIR]     --shots keeps pictures: light, dark, and as wide as a phone
"""

import argparse
import io
import json
import pathlib
import sqlite3
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
SCREEN = 900  # px
SEED_QUEUE = """
with recursive n(i) as (select 1 union all select i + 1 from n where i < 120)
insert into workflow(contrato, id_crm, id_resultado, tabulacao, status, em)
select '900300', 3, 1000 + i, 'Indicação ao Refinanciamento', 'ABERTO', '2026-11-03 10:' || printf('%02d:%02d', i / 60, i % 60) from n;
"""
SEED_LINES = """
with recursive n(i) as (select 1 union all select i + 1 from n where i < 600)
insert into atom_reject(file_id, seq, linha, coluna, campo, codigo, mensagem, valor, registro, warning)
select (select id from atom_file where file like 'telefones%'), 1000 + i, 1000 + i, 22, 'cpf_cnpj', 'DOCUMENTO_INVALIDO', 'o CPF não confere', '12345678900',
  substr(replace(hex(zeroblob(2200)), '0', 'A1'), 1, 4292), 0 from n;
"""


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
    same((status, body.split("\n")[0]),
         (200, "id;nome;valor_atraso;dias_atraso;tabulacao;contrato;status;em;decidido_por;decidido_em"), "CSV")
    same(raw(server, "/relatorios/fila.csv?tabela=itens&filtro.itens.nome=ninguem", token)[2].count("\n"), 1, "a file of what is filtered")
    holds(body, ";1190,74;", "CSV decimals")
    status, headers, body = raw(server, "/relatorios/fila.xlsx?tabela=itens", token, text=False)
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode("utf-8")
    same((status, "MARIA EXEMPLO" in sheet, "<v>1190.74</v>" in sheet), (200, True, True), "a workbook, with money as a number")
    same(raw(server, "/", {"Accept": "text/html"})[1]["Location"], "/relatorios", "a browser is led to the pages")
    same(raw(server, "/")[0], 401, "a program is not")
    same(raw(server, "/relatorios", token)[1]["Location"], "/relatorios/fila", "the queue comes first")
    same(raw(server, "/relatorios/dia.json?data=ontem", token)[0], 422, "a date that is none")
    status, headers, body = raw(server, "/relatorios/fila", token)
    same(status, 200, "a page with a token")
    holds(headers["Content-Security-Policy"], "default-src 'none'", "CSP")
    same((headers["X-Content-Type-Options"], headers["Cache-Control"]), ("nosniff", "no-store"), "headers")
    same(raw(server, "/relatorios/estilo.css")[1]["Cache-Control"], "max-age=300", "the style sheet may be kept")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    item = b"atom.acao=WorkflowStatus&id=1&status=Acordo+Realizado"
    same(raw(server, "/relatorios/fila", token | form, item)[0], 403, "a form without its key")
    body = raw(server, "/relatorios/item?id=1", token)[2]
    key = body.split('name="atom.chave" value="')[1].split('"')[0].encode()
    same(raw(server, "/relatorios/fila", token | form | {"Sec-Fetch-Site": "cross-site"}, item + b"&atom.chave=" + key)[0], 403, "from another site")
    same(raw(server, "/relatorios/fila", token | form | {"Origin": "http://evil.example"}, item + b"&atom.chave=" + key)[0], 403, "from another origin")
    same(raw(server, "/relatorios/fila", token | form, b"atom.acao=InsertTabulacao&atom.chave=" + key)[0], 422, "an action that is not the page's")
    same(server.online("select distinct status from workflow"), [("ABERTO",)], "nothing of it was done")
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
    """Each page as wide as a desktop, a large one and a phone, light and dark: never wider than the screen, never higher than twenty of it."""

    def __init__(self, browser, folder):
        self.browser, self.folder = browser, folder

    def __call__(self, name):
        for kind, width, dark in (("light", 1280, False), ("dark", 1280, True), ("wide", 1920, False), ("phone", 390, False)):
            self.browser.look(width, dark)
            same(self.browser.wider_than_screen(), 0, f"{name}, {kind}: scrolls sideways by")
            same(self.browser.value("document.documentElement.scrollHeight") <= 20 * SCREEN, True, f"{name}, {kind}: at most twenty screens high")
            same(self.browser.value(BROKEN), [], f"{name}, {kind}: words that are broken inside")
            if self.folder:
                self.browser.screenshot(self.folder / f"{name}-{kind}.png")
        self.browser.look(1280)


# words of cells, of which a part stands on another line; what has no blank to break at may
BROKEN = """(() => {
  const out = [];
  for (const cell of document.querySelectorAll('td.t, td.d, th, .button')) {
    const walk = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode())
      for (const word of node.data.matchAll(/[^\\s\\-]+/g)) {
        if (word[0].length > 20) continue;
        const range = document.createRange();
        range.setStart(node, word.index); range.setEnd(node, word.index + word[0].length);
        const tops = new Set([...range.getClientRects()].map(r => Math.round(r.top)));
        if (tops.size > 1) out.push(word[0]);
      }
  }
  return out;
})()"""
# left and right of the first element are on the screen, and nothing lies over its middle
SEEN = """(selector => {
  const e = document.querySelector(selector), r = e.getBoundingClientRect(), over = document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2);
  return r.left >= 0 && r.right <= innerWidth && r.top >= 0 && r.bottom <= innerHeight && (e.contains(over) || over.contains(e));
})"""


def is_seen(b, selector):
    return b.value(f"{SEEN}({json.dumps(selector)})")


def sign_in(b, server, who):
    b.type("#token", server.tokens[who])
    b.key("Enter", 13, "\r", loads=True)


def decide_item(b, server, look):
    b.go(f"http://127.0.0.1:{server.port}/")
    same(b.address(), "/relatorios/entrar?next=%2Frelatorios", "sign-in")
    b.type("#token", "atom_wrong")
    b.click("form.card button", loads=True)
    holds(b.text(), "Esta chave não vale", "a wrong token")
    look("entrar")
    sign_in(b, server, "bia")
    same(b.address(), "/relatorios/fila", "back where one wanted to go")
    holds(b.text(), "900200", "the queue")
    holds(b.text(), "1.190,74", "money")
    same(b.value("document.scripts.length"), 0, "no scripts")
    same(is_seen(b, "td.acts a.button"), True, "what is done is in sight, beside the item")
    look("fila")
    b.click("td.acts a.button", loads=True)
    holds(b.address(), "/relatorios/item?id=1&atom.lista=fila.itens", "the item's page, from the queue")
    same(b.value("[...document.querySelectorAll('dl dt')].map(e => e.innerText)"), FIELDS, "what an item shows")
    for part in ("MARIA EXEMPLO", "529.982.247-25", "(19) 98765-0001", "13010-000"):
        holds(b.text(), part, "the client")
    same(b.value("document.querySelector('a.tel').getAttribute('href')"), "tel:+5519987650001", "a number that calls")
    same(b.value("document.querySelectorAll('form.action .choices input').length"), 11, "the statuses")
    same(b.value("document.querySelectorAll('form.action :checked').length"), 0, "none is chosen")
    same(b.value("document.querySelector('form.action [name=usuario]')"), None, "nobody signs for another")
    look("item")
    b.click("form.action button")  # the browser asks for a choice
    same(server.online("select status from workflow where id = 1"), [("ABERTO",)], "nothing is decided by itself")
    b.click("form.action .choices label:nth-child(2) input")
    b.type("form.action textarea[name=obs]", "liga <b>amanhã</b>")
    b.click("form.action button", loads=True)
    holds(b.text(), "Gravado.", "what the page says")
    holds(b.text(), "liga <b>amanhã</b>", "what was decided")
    same(server.online("select status, usuario, obs from workflow where id = 1"), [("Agendamento de Contato", "bia", "liga <b>amanhã</b>")], "the decision")
    look("item-gravado")
    b.click("nav.place .button:last-child", loads=True)
    holds(b.address(), "/relatorios/item?id=2&", "on to the next item")
    b.click("nav.place .button:last-child", loads=True)
    holds(b.address(), "/relatorios/item?id=3&", "and the next")
    b.click("nav.place a", loads=True)
    same(b.address(), "/relatorios/fila", "back to the queue")
    same(b.value("document.querySelector('.n').innerText"), "120 linhas", "what is open still")
    b.value("document.querySelector('#p-status').value = 'Agendamento de Contato'")
    b.click("form.filters button", loads=True)
    holds(b.text(), "900200", "the filter")


def page_the_queue(b, server, look):
    b.go(f"http://127.0.0.1:{server.port}/relatorios/fila")
    b.click(".pager .button", loads=True)
    holds(b.text(".pager"), "26 a 50 de 120 linhas", "the second page")
    holds(b.address(), "pagina.itens=2", "its address")
    b.click("th:nth-child(1) a", loads=True)
    b.click("th:nth-child(1) a", loads=True)
    same(b.value("document.querySelector('tbody td').innerText"), "121", "the greatest first, from the first page")
    b.value("document.querySelector('.scroll').scrollTo(9999, 9999)")
    for selector in ("th", "tbody tr:last-child td:first-child", "tbody tr:last-child td:nth-child(2)", "tbody tr:last-child .button"):
        same(is_seen(b, f"section .scroll {selector}"), True, f"scrolled to the end of the table, in sight: {selector}")
    b.click("details.find summary")
    b.value("document.querySelector('[name=\"coluna.itens\"]').value = 'em'")
    b.type("[name=\"texto.itens\"]", "10:02")
    b.click("details.find[open] button", loads=True)
    same(b.value("document.querySelector('.n').innerText"), "1 linha", "found by what a cell says")
    b.click("a.chip", loads=True)
    same(b.value("document.querySelector('.n').innerText"), "120 linhas", "without the filter")
    b.look(390)
    middle = "(() => { const r = document.querySelector('tbody tr').getBoundingClientRect(); scrollTo(0, r.y);" \
             " const q = document.querySelector('tbody tr').getBoundingClientRect();" \
             " return document.elementFromPoint(q.x + q.width - 20, q.y + 8).closest('a')?.getAttribute('href').startsWith('/relatorios/item?id='); })()"
    same(b.value(middle), True, "on a phone the whole card opens the item")
    b.look(1280)


def approve_file(b, server, look):
    b.click(".who button", loads=True)
    same(b.address(), "/relatorios/entrar", "signed out")
    sign_in(b, server, "ops")
    same(b.address(), "/relatorios/dia", "who has no queue lands on the day")
    holds(b.text(), "20261102_200000_baixa_528_out.528", "what is held")
    holds(b.text(), "retido", "its status")
    look("dia")
    b.click(".days a", loads=True)
    same(b.address(), "/relatorios/dia?data=2026-11-02", "the day before")
    b.click(".days a:nth-child(2)", loads=True)
    same(b.address(), "/relatorios/dia", "today")
    b.look(390)
    label = "(() => { const e = document.querySelector('.bars .what'), r = e.getBoundingClientRect(), s = getComputedStyle(e);" \
            " return [e.innerText, r.left >= 0 && r.right <= innerWidth, parseFloat(s.fontSize) >= 15, e.scrollWidth <= e.clientWidth]; })()"
    same(b.value(label), ["CONTRATO_NAO_ENCONTRADO", True, True, True], "a bar's label on a phone: whole, on the screen, in the page's size")
    b.look(1280)
    b.click("td.acts a.button", loads=True)
    holds(b.text(), "fora de data", "asked once more, with what held it")
    holds(b.text(), "Quem decide: ops.", "who does it")
    look("dia-aprovar")
    same(server.online("select count(*) from atom_request"), [(0,)], "nothing is asked for yet")
    b.click("form.action button", loads=True)
    holds(b.text(), "Aprovado: o arquivo roda na próxima volta.", "what the page says")
    holds(b.text("td.acts"), "Aprovado por ops em 03/11/2026 10:00; roda na próxima volta.", "it stays to be seen")
    b.click("form.asked button", loads=True)
    holds(b.text(), "Desfeito: nada muda.", "it is taken back")
    same(server.online("select count(*) from atom_request"), [(0,)], "nothing is left of it")
    b.click("td.acts a.button", loads=True)
    b.click("form.action button", loads=True)
    same(server.online("select kind, by from atom_request"), [("approve", "ops")], "the request")
    server.work.poll(AT)
    b.go(f"http://127.0.0.1:{server.port}/relatorios/dia")
    same(server.base("select status from atom_file where file = '20261102_200000_baixa_528_out.528'"), [("done",)], "the file")


def find_line(b, server, look):
    b.click("section[aria-labelledby=t-recusas] .bars a", loads=True)
    holds(b.address(), "/relatorios/recusas?codigo=CONTRATO_NAO_ENCONTRADO", "the code's page")
    holds(b.text(), "777777", "the line")
    look("recusas")
    b.click("section td a", loads=True)
    holds(b.address(), "/relatorios/arquivo?id=", "the file's page")
    holds(b.text(), "telefones_carteira_veic_031126090000.csv", "the file")
    look("arquivo")
    with sqlite3.connect(server.work.base_path) as base:
        base.executescript(SEED_LINES)
    base.close()
    b.go(f"http://127.0.0.1:{server.port}/relatorios/recusas?codigo=DOCUMENTO_INVALIDO")
    same(b.value("document.querySelector('.n').innerText"), "600 linhas", "all are there")
    same(b.value("document.documentElement.outerHTML.length") < 300000, True, "the page is small")
    look("recusas-muitas")
    b.click("details.long summary")
    same(b.value("document.querySelector('details.long[open] div').innerText.length"), 4292, "the whole line, unfolded")
    look("recusas-aberta")


def client_sheet(b, server, look):
    b.click(".who button", loads=True)
    sign_in(b, server, "bia")
    b.go(f"http://127.0.0.1:{server.port}/relatorios/cliente")
    same(b.value("document.querySelectorAll('section, .empty').length"), 0, "nothing was asked: nothing is said to be missing")
    look("cliente-vazio")
    b.type("#p-busca", "999")
    b.click("form.filters button", loads=True)
    holds(b.text(), "Nada encontrado: CPF, CNPJ, contrato ou id do CRM 999.", "what is not there")
    b.go(f"http://127.0.0.1:{server.port}/relatorios/cliente?busca=529.982.247-25")
    for part in ("MARIA EXEMPLO", "(19) 98765-0001", "Rua das Acácias", "13010-000", "595,37", "FIAT", "35.000,00", "03/11/2026", "Nada em: Acordos, "):
        holds(b.text(), part, "the sheet")
    look("cliente")
    b.go(f"http://127.0.0.1:{server.port}/relatorios/cliente?busca=0900200")
    holds(b.text(), "MARIA EXEMPLO", "by the contract, zeros in front forgiven")
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
        with sqlite3.connect(pathlib.Path(server.work.home) / "data" / "online.db") as online:
            online.executescript(SEED_QUEUE)
        online.close()
        check_without_browser(server)
        with Browser() as b:
            look = Look(b, args.shots)
            decide_item(b, server, look)
            page_the_queue(b, server, look)
            approve_file(b, server, look)
            find_line(b, server, look)
            client_sheet(b, server, look)
        same(server.stop(), 0, "the end")
    print("pages: signed in, decided, approved, found")


if __name__ == "__main__":
    main()
