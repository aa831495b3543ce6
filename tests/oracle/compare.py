#!/usr/bin/env python3
"""Compares what atom made of a poll with what the oracle says, and prints every kind of difference. Exit 1 if there is one.

usage: compare.py --expect DIR/pollN --base base.db [--outputs DIR] [--errors DIR] [--ledger FILE]

--outputs  the files that the dialer got in this poll, and no others (discagem_…, incremental_…, baixa_…)
--errors   where this poll's error files are
--ledger   what `atom import --json` or `atom files --json` printed, a line each: counts and status of the files

What the domain page leaves open is not compared: id_crm's values (but each output has the base's), the number of an unusable phone,
an e-mail's tipo, messages, which of a fixed agreement's values `valor` is, field and value of a rule's error row.
"""

import argparse
import collections
import csv
import io
import json
import os
import re
import sqlite3
import sys

import model

SHOWN = 8
LAYOUT_CODES = {"VALOR_INVALIDO", "CAMPO_OBRIGATORIO"}
HEADER = "arquivo;linha;byte;coluna;campo;codigo;mensagem;valor;registro".split(";")
MAILING = "id_crm contrato cpf_cnpj nome carteira produto dias_atraso qtd_parcelas_vencidas valor_parcela valor_atraso uf refin".split()
MAILING += [f"{word}{n}" for n in range(1, 11) for word in ("tipo", "ddd", "fone", "score")]
KEYS = {"ficha": ("contrato",), "remessa_assessoria": ("contrato",), "parcela": ("contrato", "numero_parcela")}
KEYS |= {table: ("contrato", "sequencia_garantia") for table in model.GARANTIAS.values()}


class Differences:
    def __init__(self):
        self.count = 0

    def say(self, what, details=()):
        self.count += 1
        print(f"DIFFERENT {what}")
        details = list(details)
        for line in details[:SHOWN]:
            print(f"    {line}")
        if len(details) > SHOWN:
            print(f"    … {len(details) - SHOWN} more")

    def multisets(self, what, expected, actual):
        expected, actual = collections.Counter(expected), collections.Counter(actual)
        lines = [f"missing  {row}" + (f" x{n}" if n > 1 else "") for row, n in (expected - actual).items()]
        lines += [f"surplus  {row}" + (f" x{n}" if n > 1 else "") for row, n in (actual - expected).items()]
        if lines:
            self.say(f"{what}: expected {sum(expected.values())}, have {sum(actual.values())} rows", sorted(lines, key=lambda s: s[9:]))

    def keyed(self, what, columns, key, expected, actual):
        """Rows with a key: says which columns differ."""
        count = len(actual)
        expected, actual = ({tuple(r[columns.index(k)] for k in key): r for r in rows} for rows in (expected, actual))
        lines = [f"missing  {k}" for k in expected.keys() - actual.keys()] + [f"surplus  {k}" for k in actual.keys() - expected.keys()]
        for k in expected.keys() & actual.keys():
            wrong = [f"{c}: expected {e!r}, is {a!r}" for c, e, a in zip(columns, expected[k], actual[k]) if e != a]
            if wrong:
                lines.append(f"{k}  " + "; ".join(wrong))
        if len(actual) < count:
            lines.append(f"{count - len(actual)} rows have a key that another one has")
        if lines:
            self.say(f"{what}: expected {len(expected)}, have {count} rows", sorted(lines))


# ---- the base --------------------------------------------------------------------------------------------------------------------


def load(folder, table):
    with open(os.path.join(folder, table + ".jsonl"), encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def select(base, table, columns, where=""):
    names = ", ".join(f'"{c}"' for c in columns)
    return [list(r) for r in base.execute(f'select {names} from "{table}" {where}')]


def loose_number(s):
    return s.lstrip("0") if isinstance(s, str) else s


def compare_telefone(diff, columns, expected, base):
    actual = select(base, "telefone", columns, "where origem in ('REMESSA', 'ENRIQUECIMENTO')")
    where = [columns.index(c) for c in ("ddd", "fone", "score")]
    for rows in (expected, actual):
        unusable = {(r[0], r[2]) for r in expected if r[columns.index("fone")] is None}
        for row in rows:
            if (row[0], row[2]) in unusable:
                for i in where:
                    row[i] = None
    diff.keyed("telefone", columns, ("contrato", "ordem"), expected, actual)


def compare_agreements(diff, columns, expected, base):
    actual = [r[:3] + [loose_number(r[3])] + r[4:] for r in select(base, "acordo", columns)]
    allowed = {}
    for row in expected:
        row[3] = loose_number(row[3])
        allowed.setdefault(tuple(row[:-1]), []).append(row[-1])
    # The same line twice may be one row or two.
    diff.multisets("acordo", {tuple(r[:-1]) for r in expected}, {tuple(r[:-1]) for r in actual})
    wrong = [r for r in actual if tuple(r[:-1]) in allowed and not any(r[-1] in values for values in allowed[tuple(r[:-1])])]
    if wrong:
        diff.say("acordo.valor", (f"{r[0]} {r[3]}: {r[-1]}" for r in wrong))


def compare_history(diff, expected, base):
    """Whether a renewed block is a row of its own is left open."""
    needed = collections.Counter(tuple(r[:3]) for r in expected if not r[3])
    allowed = needed + collections.Counter(tuple(r[:3]) for r in expected if r[3])
    actual = collections.Counter(map(tuple, select(base, "ficha_status", ["contrato", "status", "desde"])))
    lines = [f"missing  {r}" for r in needed - actual] + [f"surplus  {r}" for r in actual - allowed]
    if lines:
        diff.say("ficha_status", lines)


def compare_base(diff, folder, base):
    for table, columns in model.COLUMNS.items():
        expected = load(folder, table)
        have = {r[1] for r in base.execute(f'pragma table_info("{table}")')}
        missing = [c for c in columns if c not in have and c != "renewal"]
        if missing:
            diff.say(f"{table}: no column {', '.join(missing)}" if have else f"{table}: no such table")
            continue
        if table == "telefone":
            compare_telefone(diff, columns, expected, base)
        elif table == "acordo":
            compare_agreements(diff, columns, expected, base)
        elif table == "ficha_status":
            compare_history(diff, expected, base)
        elif table in KEYS:
            diff.keyed(table, columns, KEYS[table], expected, select(base, table, columns))
        else:
            where = "where origem = 'REMESSA'" if "origem" in have else ""
            actual = select(base, table, columns, where)
            if table == "marcacao":  # of a WhatsApp the moment of the answer
                actual = [r[:2] + [None if "WhatsApp" in r[1] else r[2]] for r in actual]
            if table == "chamada":
                actual = [[v.replace("T", " ") if c == "data_hora" and v else v for c, v in zip(columns, r)] for r in actual]
            if table == "endereco":
                actual = [[r[0], (r[1] or "").lower()] + r[2:] for r in actual]
            diff.multisets(table, map(tuple, expected), map(tuple, actual))


# ---- error files -----------------------------------------------------------------------------------------------------------------


def unguarded(s):
    """Without the apostrophe that keeps a spreadsheet from taking a cell for a formula."""
    return s[1:] if re.match(r"'[=+\-@\t\r]", s) else s


def read_errors(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    return rows[0], [[r[0], int(r[1]), int(r[2]), int(r[3]), r[4], r[5], unguarded(r[7]), unguarded(r[8])] for r in rows[1:]]


def compare_rows(diff, name, expected, actual):
    # The layout's field faults to the letter; shape, key and rule faults by line and code.
    fields = [tuple(r[:5]) + (r[5].strip(),) for r in expected if r[4] in LAYOUT_CODES]
    diff.multisets(f"{name} (linha, byte, coluna, campo, codigo, valor)", fields, [(*r[1:6], r[6].strip()) for r in actual if r[5] in LAYOUT_CODES])
    others = {(r[0], r[1], r[4]) for r in expected if r[4] not in LAYOUT_CODES}
    diff.multisets(f"{name} (linha, byte, codigo)", others, {(r[1], r[2], r[5]) for r in actual if r[5] not in LAYOUT_CODES})
    texts = {r[0]: r[6] for r in expected}
    wrong = [f"line {r[1]}: {r[7][:60]!r}" for r in actual if r[1] in texts and r[7].rstrip() != unguarded(texts[r[1]]).rstrip()]
    if wrong:
        diff.say(f"{name}: registro", wrong)
    if any(r[0] != name.removesuffix(".erros.csv") for r in actual):
        diff.say(f"{name}: arquivo")
    places = [(r[1], r[3]) for r in actual]
    if places != sorted(places):
        diff.say(f"{name}: rows are not in order of line and column")


def without_bom(data):
    return data.removeprefix(b"\xef\xbb\xbf")


def compare_errors(diff, folder, result, errors):
    for f in result["files"]:
        name, path = f["name"], os.path.join(errors, f["name"] + ".erros.csv")
        expected = result["errors"].get(name, [])
        if not expected and f["status"] != "failed":
            if os.path.exists(path):
                diff.say(f"{name}.erros.csv: there is no fault, but there is a file")
            continue
        if not os.path.exists(path):
            diff.say(f"{name}.erros.csv: missing, {len(expected)} rows expected")
            continue
        header, actual = read_errors(path)
        if header != HEADER:
            diff.say(f"{name}.erros.csv: header {header}")
        if f["status"] == "failed":
            if not any(r[1] == 0 and r[5] == f["reason"] for r in actual):
                diff.say(f"{name}.erros.csv: no row of line 0 with {f['reason']}")
            continue
        compare_rows(diff, name + ".erros.csv", expected, actual)
        wanted = os.path.join(folder, name + ".rejeitados")
        if os.path.exists(wanted):
            compare_bytes(diff, name + ".rejeitados", wanted, os.path.join(errors, name + ".rejeitados"))


def compare_bytes(diff, name, expected, actual):
    if not os.path.exists(actual):
        diff.say(f"{name}: missing")
        return
    with open(expected, "rb") as e, open(actual, "rb") as a:
        e, a = without_bom(e.read()), without_bom(a.read())
    if e.rstrip(b"\r\n") != a.rstrip(b"\r\n"):
        at = next((i for i, (x, y) in enumerate(zip(e, a)) if x != y), min(len(e), len(a)))
        diff.say(f"{name}: expected {len(e)} bytes, have {len(a)}, the first difference is at {at}")


# ---- the dialer's files -----------------------------------------------------------------------------------------------------------


def read_output(diff, path, columns):
    with open(path, "rb") as file:
        data = file.read()
    name = os.path.basename(path)
    if data.count(b"\n") != data.count(b"\r\n") or not data.endswith(b"\r\n"):
        diff.say(f"{name}: not all lines end in CRLF")
    rows = list(csv.reader(io.StringIO(data.decode("latin-1"), newline=""), delimiter=";"))
    if rows[0] != columns:
        diff.say(f"{name}: header", [f"expected {columns}", f"is       {rows[0]}"])
    if len(rows) == 1:
        diff.say(f"{name}: no row, no file")
    return [dict(zip(rows[0], r)) for r in rows[1:]]


def compare_outputs(diff, result, folder, base, first_seq):
    ids = {c: str(i) for c, i in base.execute("select contrato, id_crm from ficha")}
    words = {"full": "discagem", "incremental": "incremental", "baixa": "baixa"}
    found, seqs = {}, {}
    for name in sorted(os.listdir(folder)):
        match = re.fullmatch(r"(discagem|incremental|baixa)_(\d{8})_(\d{3,})\.csv", name)
        if not match:
            diff.say(f"outputs: what is {name}?")
            continue
        found.setdefault(match[1], []).append(name)
        seqs.setdefault(match[2], []).append((int(match[3]), match[1]))
    for day, numbers in seqs.items():
        numbers.sort()
        have = [n for n, _ in numbers]
        if have != list(range(first_seq or have[0], (first_seq or have[0]) + len(have))):
            diff.say(f"outputs of {day}: seq is {have}")
        kinds = [kind != "baixa" for _, kind in numbers]
        if kinds != sorted(kinds):
            diff.say(f"outputs of {day}: a removal goes out before all else", map(str, numbers))
    for kind, word in words.items():
        columns = ["id_crm", "contrato", "motivo"] if kind == "baixa" else MAILING
        actual = [r for name in found.get(word, []) for r in read_output(diff, os.path.join(folder, name), columns)]
        expected = [
            {"id_crm": ids.get(r["contrato"])} | {k: "" if v is None else str(v) for k, v in r.items()} for r in result["exports"][kind]
        ]
        rows = [[[r.get(c) for c in columns] for r in side] for side in (expected, actual)]
        diff.keyed(word, columns, ("contrato",), *rows)


# ---- the ledger --------------------------------------------------------------------------------------------------------------------


def compare_ledger(diff, result, path):
    with open(path, encoding="utf-8") as file:
        text = file.read().strip()
    try:
        document = json.loads(text)
        entries = document if isinstance(document, list) else document.get("files", [document])
    except json.JSONDecodeError:
        entries = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    by_name = {os.path.basename(e["file"]): e for e in entries}
    for f in result["files"]:
        entry = by_name.get(f["name"])
        if entry is None:
            diff.say(f"ledger: {f['name']} is not there")
            continue
        keys = ("job", "status", "data", "read", "accepted", "rejected")
        wrong = [f"{k}: expected {f[k]!r}, is {entry.get(k)!r}" for k in keys if entry.get(k) != f[k]]
        if f["status"] == "done":
            if entry.get("warnings") not in (f["warnings"], f["warned_lines"], f["warned_good_lines"]):
                wrong.append(f"warnings: expected {f['warnings']}, is {entry.get('warnings')}")
            if entry.get("rejects", {}) not in (f["rejects"], f["rejects_by_row"]):
                wrong.append(f"rejects: expected {f['rejects']}, is {entry.get('rejects')}")
        if wrong:
            diff.say(f"ledger: {f['name']}", wrong)


def compare(expect, base_path, outputs=None, errors=None, ledger=None, first_seq=None):
    """The number of differences."""
    diff = Differences()
    with open(os.path.join(expect, "result.json"), encoding="utf-8") as file:
        result = json.load(file)
    base = sqlite3.connect(f"file:{base_path}?mode=ro", uri=True)
    try:
        compare_base(diff, expect, base)
        if outputs:
            compare_outputs(diff, result, outputs, base, first_seq)
        if errors:
            compare_errors(diff, expect, result, errors)
        if ledger:
            compare_ledger(diff, result, ledger)
    finally:
        base.close()
    return diff.count


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--expect", required=True)
    parser.add_argument("--base", required=True)
    parser.add_argument("--outputs")
    parser.add_argument("--errors")
    parser.add_argument("--ledger")
    parser.add_argument("--first-seq", type=int, help="the seq that this poll's first output has")
    args = parser.parse_args()
    count = compare(args.expect, args.base, args.outputs, args.errors, args.ledger, args.first_seq)
    print("equal" if count == 0 else f"{count} differences")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
