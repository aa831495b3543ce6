#!/usr/bin/env python3
"""The oracle against what the domain page says in so many words, and compare.py against a base made of the oracle's own result."""

import contextlib
import csv
import datetime
import io
import json
import os
import sqlite3
import tempfile
import unittest

import compare
import formats
import model
import oracle
import values
from makers import fixed_line

TODAY = datetime.date(2026, 12, 5)


class Day(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())

    def file(self, name, *lines, end="\r\n"):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write("".join(line + end for line in lines).encode("latin-1"))
        return path

    def remessa(self, day, *contracts, hour="180000", **given):
        lines = []
        for c in contracts:
            phone = {"fone1_tipo": "CELULAR", "fone1_ddd": "011", "fone1_numero": "987654321"}
            lines.append(fixed_line(formats.REMESSA, **({"contrato": c, "nome": "JOSÉ", "cpf_cnpj": "11144477735"} | phone | given)))
        return self.file(f"{day}_{hour}_remessa_528_out.528", *lines)

    def acordo(self, day, *contracts):
        return self.file(f"{day}_190000_acordo_528_out.528.txt", *(fixed_line(formats.ACORDO, contrato=c) for c in contracts))

    def exclusao(self, day, *contracts):
        return self.file(f"{day}_200000_baixa_528_out.528", *(fixed_line(formats.EXCLUSAO, contrato=c) for c in contracts))


class Rules(Day):
    def test_an_agreement_of_friday_turns_down_until_wednesday(self):
        o = model.Oracle()
        o.poll([self.remessa("20261203", "1", "2"), self.acordo("20261204", "1")], TODAY)
        self.assertEqual((o.fichas["1"].status, o.fichas["1"].since), (model.BLOQUEIO, datetime.date(2026, 12, 4)))
        for day in ("20261207", "20261208", "20261209"):
            files, _, _ = o.poll([self.remessa(day, "1", "2")], TODAY)
            self.assertEqual(model.report(files[0])[0]["rejects"], {"BLOQUEIO_PARCIAL": 1})
        o.poll([self.remessa("20261210", "1", "2")], TODAY)
        self.assertEqual((o.fichas["1"].status, o.fichas["1"].since), (model.ATIVO, datetime.date(2026, 12, 10)))

    def test_a_withdrawn_contract_comes_back_the_next_day_only(self):
        o = model.Oracle()
        o.poll([self.remessa("20261203", "1", "2"), self.exclusao("20261203", "1")], TODAY)
        files, _, _ = o.poll([self.remessa("20261203", "1", "2", hour="230000", rating="A")], TODAY)
        self.assertEqual(model.report(files[0])[0]["rejects"], {"ARQUIVO_ANTERIOR": 1})
        o.poll([self.remessa("20261204", "1", "2")], TODAY)
        self.assertEqual(o.fichas["1"].status, model.ATIVO)

    def test_the_order_is_that_of_dates_and_kinds_not_of_arrival(self):
        o = model.Oracle()
        files, _, out = o.poll([self.exclusao("20261203", "2"), self.remessa("20261203", "1", "2")], TODAY)
        self.assertEqual([f.status for f in files], ["done", "done"])
        self.assertEqual([r["contrato"] for r in out["full"]], ["1"])

    def test_what_needs_a_remessa_waits_and_holds_the_mailing(self):
        o = model.Oracle()
        o.poll([self.remessa("20261201", "1", "2")], TODAY)
        files, _, out = o.poll([self.acordo("20261203", "1")], TODAY)
        self.assertEqual(files[0].status, "waiting")
        _, _, out = o.poll([self.remessa("20261203", "1", "2", valor_atraso="5")], TODAY)
        self.assertEqual([r["contrato"] for r in out["incremental"]], ["2"])
        self.assertEqual(out["baixa"], [{"contrato": "1", "motivo": model.BLOQUEIO}])

    def test_a_brake_and_the_removals(self):
        o = model.Oracle()
        contracts = [str(n) for n in range(1, 61)]
        o.poll([self.remessa("20261203", *contracts)], TODAY)
        files, _, out = o.poll([self.exclusao("20261203", *contracts[:13])], TODAY)
        self.assertEqual((files[0].status, out["baixa"]), ("held", []))
        files, _, out = o.poll([self.exclusao("20261204", *contracts[:12])], TODAY)
        self.assertEqual((files[0].status, len(out["baixa"])), ("done", 12))

    def batimento(self, day, *rows):
        header = ";".join(f.column for f in formats.BATIMENTO.fields)
        return self.file(f"bat_carteira_veic_{day:%d%m%Y}_528.csv", header, *rows)

    def nobody_paid(self, day):
        return self.file(f"AcordosBaixados_{day:%d%m%Y}_528.csv", ";".join(f.column for f in formats.ACORDOS_BAIXADOS.fields))

    def test_a_batimento_closes_what_it_does_not_name(self):
        o, day = model.Oracle(), datetime.date(2026, 12, 3)
        o.poll([self.remessa("20261203", "1", "2", "3", "4", carteira="V"), self.acordo("20261203", "4")], TODAY)
        files, _, _ = o.poll([self.batimento(day, "0001;1;31/02/2026;V;;;;X", "2;1", "9;1;;V;;;;")], TODAY)
        self.assertEqual(files[0].status, "waiting")
        files, _, out = o.poll([self.nobody_paid(day)], TODAY)
        self.assertEqual([f.status for f in files], ["done", "done"])
        self.assertEqual([o.fichas[c].status for c in "1234"], [model.ATIVO, model.ATIVO, model.BAIXADOS, model.BLOQUEIO])
        self.assertEqual([x.code for x in files[1].rows[2].faults], ["CONTRATO_NAO_ENCONTRADO"])
        self.assertEqual(out["baixa"], [{"contrato": c, "motivo": o.fichas[c].status} for c in "3"])

    def test_a_batimento_that_may_name_anybody_is_held(self):
        o, day = model.Oracle(), datetime.date(2026, 12, 3)
        o.poll([self.remessa("20261203", "1", "2", carteira="V"), self.nobody_paid(day)], TODAY)
        files, _, _ = o.poll([self.batimento(day, "1;1;;V;;;;", "00;1;;V;;;;")], TODAY)
        self.assertEqual((files[0].status, files[0].reason), ("held", model.UNREADABLE))
        o.approve(files[0])
        o.poll([], TODAY)
        self.assertEqual((files[0].status, o.fichas["2"].status), ("done", model.BAIXADOS))
        files, _, _ = o.poll([self.batimento(day, "1;1;;X;;;;")], TODAY)
        self.assertEqual((files[0].status, files[0].reason), ("held", model.NO_CARTEIRA))

    def test_phones_their_places_and_scores(self):
        o = model.Oracle()
        telefones = self.file(
            "telefones_carteira_veic_031226190000.csv",
            "cpf;Contrato;TELEFONE 1;SCORE1;TELEFONE_2;SCORE2;TELEFONE3;SCORE3",
            "111.444.777-35;0001;(11) 8765-4321;7;21 3456-7890;5",
            "11144477735;1;21 34567890;6;0800 123 4567;;;",
            "11144477735;1;4004 1234;;;;;",
            ";1;21 34567890;;;;;",
        )
        files, _, _ = o.poll([self.remessa("20261203", "1"), telefones], TODAY)
        self.assertEqual([f.code for row in files[1].rows for f in row.faults], ["TELEFONE_INVALIDO"] * 2 + ["CPF_DIVERGENTE"])
        rows = [(p.ordem, p.posicao, p.tipo, p.number, p.score) for p in o.phones["1"]]
        self.assertEqual(rows, [(1, 1, "CELULAR", ("11", "987654321"), 7), (101, 2, "Enriquecimento 1", ("21", "34567890"), 6)])
        o.poll([self.remessa("20261204", "1", fone1_ddd="021", fone1_numero="34567890")], TODAY)
        rows = [(p.ordem, p.posicao, p.number, p.score) for p in o.phones["1"]]
        self.assertEqual(rows, [(1, 1, ("21", "34567890"), 6), (101, None, ("21", "34567890"), 6)])

    def test_a_change_of_dias_atraso_alone_is_none(self):
        o = model.Oracle()
        o.poll([self.remessa("20261203", "1")], TODAY)
        _, _, out = o.poll([self.remessa("20261204", "1", dias_atraso="9")], TODAY)
        self.assertEqual(out, {"full": [], "incremental": [], "baixa": []})


class Values(unittest.TestCase):
    def test_documents(self):
        self.assertEqual(values.parse_document("12.ABC.345/01de-35"), ("12ABC34501DE35", True))
        self.assertEqual(values.parse_document("000011144477735"), ("11144477735", True))
        self.assertEqual(values.parse_document("11111111111"), (None, False))
        self.assertEqual(values.parse_document("000000000000000"), (None, True))

    def test_holidays_of_2026(self):
        off = [datetime.date(2026, m, d) for d, m in ((16, 2), (17, 2), (3, 4), (4, 6), (20, 11), (25, 12))]
        self.assertFalse(any(map(values.is_business_day, off)))
        self.assertEqual(values.business_days(datetime.date(2026, 12, 4), datetime.date(2026, 12, 9)), 3)

    def test_phones(self):
        self.assertEqual(values.parse_phone("+55 (55) 98765-4321"), ("55", "987654321"))
        self.assertEqual(values.parse_phone("55 3222-1111"), ("55", "32221111"))
        self.assertEqual([values.parse_phone(s) for s in ("0800 123 4567", "11 4004-1234", "20 98765-4321", "11 1234-5678")], [None] * 4)

    def test_open_quotes_and_newlines(self):
        data = b'A;B\r\n"x\r\ny";1\r\n"open;2\r\nz;3\r\n'
        rows = list(formats.split_csv(data, 0, 1))
        self.assertEqual([(r[0], r[3]) for r in rows], [(1, [b"A", b"B"]), (2, None), (3, [b'y"', b"1"]), (4, None), (5, [b"z", b"3"])])


class Compare(Day):
    def test_equal_and_not(self):
        bad = fixed_line(formats.REMESSA, contrato="3", nome="X", data_nascimento="20260230")
        path = self.remessa("20261203", "1", "2")
        with open(path, "ab") as file:
            file.write(bad.encode("latin-1") + b"\r\n")
        out = os.path.join(self.folder, "out")
        result = oracle.run([[path]], out)[0]
        expect = os.path.join(out, "poll1")
        base, outputs, errors = self.fake_workspace(expect, result)
        self.assertEqual(compare.compare(expect, base, outputs, errors), 0)
        with contextlib.closing(sqlite3.connect(base)) as db:
            db.execute("update ficha set valor_atraso = 1 where contrato = '1'")
            db.commit()
        with contextlib.redirect_stdout(io.StringIO()) as said:
            self.assertEqual(compare.compare(expect, base, outputs, errors), 1)
        self.assertIn("valor_atraso", said.getvalue())

    def fake_workspace(self, expect, result):
        base, outputs, errors = (os.path.join(self.folder, n) for n in ("base.db", "outputs", "errors"))
        os.mkdir(outputs)
        os.mkdir(errors)
        with contextlib.closing(sqlite3.connect(base)) as db:
            for table, columns in model.COLUMNS.items():
                columns = columns + ["id_crm"] * (table == "ficha")
                db.execute(f"create table {table}({', '.join(columns)})")
                for n, row in enumerate(compare.load(expect, table), 1):
                    row = row + [n] * (table == "ficha")
                    db.execute(f"insert into {table} values({', '.join('?' * len(row))})", row)
            db.commit()
            ids = dict(db.execute("select contrato, id_crm from ficha"))
        with open(os.path.join(outputs, "discagem_20261203_001.csv"), "w", newline="", encoding="latin-1") as file:
            writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
            writer.writerow(compare.MAILING)
            for row in result["exports"]["full"]:
                writer.writerow([ids[row["contrato"]]] + [row[c] for c in compare.MAILING[1:]])
        for name, rows in result["errors"].items():
            with open(os.path.join(errors, name + ".erros.csv"), "w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file, delimiter=";")
                writer.writerow(compare.HEADER)
                for linha, byte, column, field, code, value, text, _ in rows:
                    writer.writerow([name, linha, byte, column, field, code, "…", value, text])
            with open(os.path.join(expect, name + ".rejeitados"), "rb") as file, open(os.path.join(errors, name + ".rejeitados"), "wb") as copy:
                copy.write(file.read())
        self.assertEqual(json.loads(json.dumps(result)), result)
        return base, outputs, errors


if __name__ == "__main__":
    unittest.main()
