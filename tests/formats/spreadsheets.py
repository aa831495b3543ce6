#!/usr/bin/env python3
"""Spreadsheets that nobody should send: each fails as a whole with its reason, in little memory; what is odd but right is read."""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))
import xlsx  # noqa: E402

LAYOUT = """layout = "x"
format = "xlsx"
{extra}
[[record]]
fields = [{{ name = "a", required = true }}, {{ name = "n", type = "decimal", scale = 2 }}]
"""
JOB = """job = "x"
layout = "x"
files = ["x_{{nome}}.xlsx"]
[[rule]]
name = "keep"
insert = "x"
"""
PLAIN = xlsx.book_of("a|n\nana|#1.5\n").parts()


def changed(**parts):
    """The plain workbook with parts replaced, by the end of their name; None takes one away."""
    out = dict(PLAIN)
    for word, text in parts.items():
        name = next(n for n in out if n.lower().endswith(word.replace("_", ".")))
        if text is None:
            del out[name]
        else:
            out[name] = text
    return xlsx.zipped(out)


def sheet(rows, before=""):
    return f'{before}<worksheet xmlns="{xlsx.MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def shared(text, times):
    cells = "".join('<c t="s"><v>0</v></c>' for _ in range(times))
    return changed(sheet1_xml=sheet(f"<row><c t=%sinlineStr%s><is><t>a</t></is></c></row><row>{cells}</row>" % ('"', '"')),
                   sharedstrings_xml=f"<sst><si><t>{text}</t></si></sst>")


def encrypted(data):
    """Says in each header that it is encrypted."""
    return data.replace(b"PK\x03\x04\x14\x00\x00\x00", b"PK\x03\x04\x14\x00\x01\x00").replace(
        b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00")


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
CELL = '<row r="1"><c r="A1" t="inlineStr"><is><t>&a;</t></is></c></row>'
BLANKS = " " * (100 << 20)
DAMAGED = "LAYOUT_INCOMPATIVEL: a planilha está danificada: "
REFUSED = {
    "empty": (b"", "ARQUIVO_VAZIO: o arquivo não tem nenhum byte além de brancos"),
    "csv": (b"a;n\nana;1,50\n", "LAYOUT_INCOMPATIVEL: o arquivo não é uma planilha .xlsx: não é um zip"),
    "cut": (xlsx.zipped(PLAIN)[:900], "LAYOUT_INCOMPATIVEL: o arquivo não é uma planilha .xlsx: não é um zip"),
    "password": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000),
                 "LAYOUT_INCOMPATIVEL: a planilha tem senha ou é do formato antigo .xls; salve-a como .xlsx, sem senha"),
    "encrypted": (encrypted(xlsx.zipped(PLAIN)), "LAYOUT_INCOMPATIVEL: a planilha tem senha; salve-a como .xlsx, sem senha"),
    "other": (xlsx.zipped({"word/document.xml": "<x/>"}), "LAYOUT_INCOMPATIVEL: o arquivo não é uma planilha .xlsx: falta a parte xl/workbook.xml"),
    "gone": (changed(sheet1_xml=None), DAMAGED + "xl/worksheets/sheet1.xml: a parte não existe"),
    "laughs": (changed(sheet1_xml=sheet(CELL, LAUGHS)), DAMAGED + "xl/worksheets/sheet1.xml, linha 1: tem uma DTD, que nenhuma planilha tem"),
    "outside": (changed(sharedstrings_xml=OUTSIDE + "<sst/>"), DAMAGED + "xl/sharedStrings.xml, linha 1: tem uma DTD, que nenhuma planilha tem"),
    "xml": (changed(sheet1_xml="<worksheet>\n<sheetData></worksheet>"), DAMAGED + "xl/worksheets/sheet1.xml, linha 2: mismatched tag"),
    "deep": (changed(sheet1_xml="<x>" * 300), DAMAGED + "xl/worksheets/sheet1.xml, linha 1: elementos com mais de 256 níveis"),
    "order": (changed(sheet1_xml=sheet('<row r="2"/><row r="2"/>')), DAMAGED + 'a linha "2" vem depois da linha 2'),
    "rows": (changed(sheet1_xml=sheet('<row r="1048577"/>')), DAMAGED + "passa de 1048576 linhas"),
    "cells": (changed(sheet1_xml=sheet('<row><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>')), DAMAGED + 'a célula "A1" da linha 1 está fora de ordem'),
    "text": (changed(sheet1_xml=sheet('<row><c t="s"><v>7</v></c></row>')), DAMAGED + "a linha 1 cita um texto que não existe"),
    "nothing": (changed(sheet1_xml=sheet('<row r="5"><c r="A5" s="1"/></row>')), "ARQUIVO_VAZIO: a planilha não tem nenhuma célula preenchida"),
    "header": (xlsx.workbook("a|m\nana|#1\n"), "CABECALHO_INVALIDO: falta no cabeçalho: n"),
    "bomb": (changed(sheet1_xml=sheet(BLANKS)), None),
    "element": (changed(sheet1_xml=f"<worksheet {BLANKS[:2 << 20]}><sheetData/></worksheet>"), DAMAGED + "xl/worksheets/sheet1.xml, linha 1: um elemento passa de 1 MiB"),
    "cell": (changed(sheet1_xml=sheet(f'<row><c t="inlineStr"><is><t>{BLANKS[:2 << 20]}</t></is></c></row>')),
             "LAYOUT_INCOMPATIVEL: a planilha tem uma célula de mais de 1 MiB"),
    "row": (shared("x" * 500_000, 100), "LAYOUT_INCOMPATIVEL: a linha 2 da planilha passa de 16 MiB"),
}
READ = {
    "plain": ("", xlsx.zipped(PLAIN), [("ana", 150, 2)]),
    "prefixed": ("", changed(sheet1_xml='<x:worksheet xmlns:x="u"><x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>A</x:t></x:is></x:c><x:c t="str"><x:v>N'
                             "</x:v></x:c></x:row><x:row><x:c><x:v>1E2</x:v></x:c><x:c><x:v>-0.1</x:v></x:c></x:row></x:sheetData></x:worksheet>"),
                 [("100", -10, 2)]),
    "second": ('sheet = "b"\nskip = 2', xlsx.workbook("with sheet=B hidden=A\n\ntitle\n\nn|a|other\n'1,25|#12345678901234567|x\n"), [("12345678901234567", 125, 5)]),
    "escaped": ("", xlsx.workbook("a|n\na_x0062_c_x000A_d_x0001_e_x005F_f|'1.234,50\n=1+1 -> \"|\n"), [("abc\nd e_f", 123450, 2), ('"', None, 3)]),
}


class Shop:
    def __init__(self, atom, root):
        self.atom, self.root = os.path.abspath(atom), Path(root)
        for folder in ("layouts", "jobs/schema/base"):
            (self.root / folder).mkdir(parents=True)
        (self.root / "atom.toml").write_text("[base]\n")
        (self.root / "jobs/x.toml").write_text(JOB.format())
        (self.root / "jobs/schema/base/001.sql").write_text("create table x(a text, n integer, arquivo_id integer, linha integer);\n")
        self.layout("")

    def layout(self, extra):
        (self.root / "layouts/x.toml").write_text(LAYOUT.format(extra=extra))

    def call(self, *words):
        done = subprocess.run([self.atom, "-C", str(self.root), *words], capture_output=True, text=True, timeout=120,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30)) if "asan" not in self.atom else None)
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")], done.stderr

    def put(self, name, data):
        path = self.root / f"x_{name}.xlsx"
        path.write_bytes(data)
        return str(path)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--atom", required=True)
    args = parser.parse_args()
    faults = []
    with tempfile.TemporaryDirectory() as root:
        shop = Shop(args.atom, root)
        for name, (data, reason) in REFUSED.items():
            code, lines, errors = shop.call("import", "--json", shop.put(name, data))
            got = (code, lines[0]["status"], lines[0]["reason"]) if lines else (code, errors)
            wanted = reason or f"LAYOUT_INCOMPATIVEL: a planilha se expande para mais de {((64 << 20) + 256 * len(data)) >> 20} MiB; " \
                               "nenhuma planilha de verdade faz isso com este tamanho"
            if got != (1, "failed", wanted):
                faults.append(f"{name}: {got}, not {wanted!r}")
        for name, (extra, data, rows) in READ.items():
            shop.layout(extra)
            code, lines, errors = shop.call("query", "select a, n, linha from e", "--json", "--file", shop.put(name, data), "--layout", "x")
            got = [(r["a"], r["n"], r["linha"]) for r in lines]
            if (code, got, errors) != (0, rows, ""):
                faults.append(f"{name}: {code} {got} {errors!r}, not {rows}")
        left = [str(p) for p in Path(root).rglob("*") if ".scratch" in p.name or p.name.endswith((".draft", ".part"))]
        faults += [f"{p} was left" for p in left]
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
        if "asan" not in args.atom and peak > 250:
            faults.append(f"{peak} MiB of memory were taken")
    print("\n".join(faults) or f"{len(REFUSED)} are refused, {len(READ)} read; {peak} MiB at most")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
