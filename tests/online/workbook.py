#!/usr/bin/env python3
"""A report of several tables as a workbook: a sheet a table, by its title as far as Excel takes it; read back from the file's parts.

    workbook.py --atom build/atom
"""

import argparse
import io
import sys
import xml.etree.ElementTree as ET
import zipfile

from served import Served, same

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

# what Excel refuses in a sheet's name: over 31 characters as UTF-16 counts them, []:*?/\, an apostrophe at an end, no letter at all, a name of
# its own, one that is there
TITLES = {
    "Parados: alguém decide": "Parados alguém decide", "E-mails/SMS [hoje]": "E-mails SMS hoje", "'citada'": "citada",
    "Tudo o que chegou, saiu ou ainda espera": "Tudo o que chegou, saiu ou aind", "Tudo o que chegou, saiu ou ainda falta": "Tudo o que chegou, saiu ou (2)",
    "parados Alguém DECIDE": "parados Alguém DECIDE (2)", "Histórico": "Histórico (2)", "History": "History (2)", "?*": "-",
    "𝄞" * 20: "𝄞" * 15,
}


def with_report(home):
    tables = "".join(f"[[table]]\nname = \"t{n}\"\ntitle = '''{title}'''\nquery = \"select {n} numero, contrato from ficha order by contrato limit {n}\"\n"
                     for n, title in enumerate(TITLES))
    (home / "jobs" / "relatorio_titulos.toml").write_text(
        f'report = "titulos"\ntitle = "Títulos"\nscope = ["backoffice"]\n{tables}[[table]]\nname = "dinheiro"\ntitle = "Dinheiro"\n'
        'query = "select contrato, valor_parcela from ficha order by contrato"\n', encoding="utf-8")


def cell(node, shared):
    if node.get("t") == "inlineStr":
        return "".join(t.text or "" for t in node.iter(MAIN + "t"))
    value = node.find(MAIN + "v").text
    return shared[int(value)] if node.get("t") == "s" else float(value)


def sheets(data):
    """name -> rows, in the workbook's order."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        def part(name):
            return ET.fromstring(book.read(name))
        shared = ["".join(t.text or "" for t in s.iter(MAIN + "t")) for s in part("xl/sharedStrings.xml")] if "xl/sharedStrings.xml" in book.namelist() else []
        targets = {r.get("Id"): r.get("Target") for r in part("xl/_rels/workbook.xml.rels")}
        return {s.get("name"): [[cell(c, shared) for c in row] for row in part("xl/" + targets[s.get(LINK)]).iter(MAIN + "row")]
                for s in part("xl/workbook.xml").iter(MAIN + "sheet")}


def workbook(server, path):
    answer = server.get(path, "bia")
    same((answer.status, answer.headers["Content-Type"]), (200, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), path)
    return sheets(answer.bytes)


def check(server):
    contracts = ["900100", "900200", "900300"]
    book = workbook(server, "/relatorios/titulos.xlsx")
    wanted = {name: [["numero", "contrato"], *([float(n), c] for c in contracts[:n])] for n, name in enumerate(TITLES.values())}
    wanted["Dinheiro"] = [["contrato", "valor_parcela"], ["900100", 450.0], ["900200", 595.37], ["900300", 700.0]]
    same(list(book), list(wanted), "the sheets' names")
    same(book, wanted, "their rows")
    same(workbook(server, "/relatorios/titulos.xlsx?tabela=dinheiro"), {"Dinheiro": wanted["Dinheiro"]}, "one alone")
    alone = {"report": "titulos", "title": "Títulos", "params": {}, "tables": {"dinheiro": [
        {"contrato": "900100", "valor_parcela": 450}, {"contrato": "900200", "valor_parcela": 595.37}, {"contrato": "900300", "valor_parcela": 700}]}}
    same(server.get("/relatorios/titulos.json?tabela=dinheiro", "bia").json, alone, "and as JSON")
    same(list(workbook(server, "/relatorios/dia.xlsx")),
         ["Parados alguém precisa decidir", "O dia em números", "Chegaram", "Recusas por código", "Arquivos que saíram", "Mensagens enviadas"], "the shipped day")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--atom", required=True)
    options = parser.parse_args()
    with Served(options.atom, with_report) as server:
        check(server)
    return 0


if __name__ == "__main__":
    sys.exit(main())
