"""Reads a story of days (fixtures/fortnight/days.txt): what came before each look at the folder, and what must become of it.

    poll 2026-11-16 02:30  TITLE        a look at the folder at that time; what follows belongs to it
      calendario corrido                how rule 1.2 counts, in all the story (else bancario)

      cast 1001..1024                   contracts that remessas may bring from now on, each with values of its own
      cast 1001 email1=ana@example.com  … and with these words of make_lines.py
      file NAME [lf|utf8]               it came before the look. Deeper lines are its lines:
        1001..1024 except 1003 1007     contracts, a line each, with the cast's values, or those usual in a file of this kind
        1005 valor_atraso=250.00        one, with these words for this file only; of a CSV the words are column=value, `columns=N` cuts it
        record 2                        (garantias) the lines after it are of this kind
        raw TEXT                        a line as it stands;  `nothing`: no bytes at all, not even a header
      again NAME as NAME                the bytes of an earlier file
      approve NAME, release NAME, take-off NAME    what somebody did before the look; `release discagem`: the mailing
      > …                               what must be there after it, in the words of `told`
"""

import dataclasses
import datetime
import os
import re
import shlex
import sys

import model
from values import check_digit

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
import make_lines  # noqa: E402

USUAL = {  # what a line of each kind says of a contract, if the story does not
    "acordos": "numero_acordo=77{c} numero_parcela=1 data_vencimento={day} valor_parcela=500.00",
    "acordos_baixados": "numero_acordo=77{c} numero_parcela=1 data_movimento={day} valor_pago=500.00",
    "parcelas": "numero_parcela=1 data_vencimento=2026-09-05 valor_parcela=500.00 valor_total=520.00",
    "garantias": "sequencia_garantia=1",
    "AcordosBaixados": "Cobrador=528 NumAcordo=77{c} NumParcela=1 DtMovto={dmy} VlrMovt=500,00 OperOriginal={c}",
    "batimento": "CONTRATO={c} PRIMEIRA_PARC_AB=1 DATA_ENVIO={dmy} CARTEIRA=VEICULOS COD_ASSESSORIA=528 PRODUTO=CDC DIAS_ATRASO=61",
    "refin": "CONTRATO={c} PLANO_REFIN=36 QTD_PARC_REFIN=36 PARCELA_REFIN=412,50 TOTAL_REFINANCIADO=14.850,00 JURO_MENSAL=1,66%",
    "telefones": "CPF={cpf} CONTRATO={c}",
    "massiva_whatsapp": "CONTRATO={c} NUMERO=1198765{c} NOME=CLIENTE_{c} JORNADA=jornada1",
    "massiva_email": "PROTOCOLO=E{c} CPF={cpf} EMAIL={c}@example.com DATA_ENVIO={dmy}",
    "massiva_sms": "PROTOCOLO=S{c} TELEFONE=1198765{c} MENSAGEM=OLÁ DATA_ENVIO={dmy}",
    "retorno_discador": "ID_CHAMADA=L{c} CONTRATO={c} TELEFONE=1198765{c} STATUS_TELEFONIA=200 STATUS_NEGOCIO=5 DURACAO_SEG=61",
}


@dataclasses.dataclass
class Poll:
    at: datetime.datetime
    title: str
    files: dict = dataclasses.field(default_factory=dict)  # name -> bytes, in the order of the story
    deeds: list = dataclasses.field(default_factory=list)  # (verb, name)
    expected: list = dataclasses.field(default_factory=list)
    line: int = 0  # of the story, where the expectation begins


def cpf_of(contract):
    digits = [int(c) for c in f"{contract:0>9}"[-9:]]
    for weights in (range(10, 1, -1), range(11, 1, -1)):
        digits.append(check_digit(digits, weights))
    return "".join(map(str, digits))


def contracts_of(words):
    """`1001..1003 1005 except 1002` -> 1001, 1003, 1005"""
    chosen, out = [], []
    into = chosen
    for word in words:
        if word == "except":
            into = out
            continue
        first, _, last = word.partition("..")
        into += [str(n) for n in range(int(first), int(last or first) + 1)]
    return [c for c in chosen if c not in out]


class Reader:
    def __init__(self, path):
        self.cast, self.polls, self.sent = {}, [], {}
        self.calendar = "bancario"
        with open(path, encoding="utf-8") as file:
            self.lines = [line.rstrip("\n") for line in file]
        self.at = 0

    def read(self):
        while self.at < len(self.lines):
            line, number = self.lines[self.at], self.at + 1
            self.at += 1
            text = line.strip()
            if not text or text.startswith("#"):
                continue
            try:
                self.take(text, number)
            except (ValueError, KeyError, StopIteration, SystemExit) as why:
                sys.exit(f"line {number}: {text!r}: {why!r}")
        return self

    def take(self, text, number):
        verb, _, rest = text.partition(" ")
        words = shlex.split(rest) if verb not in (">", "poll") else rest.split()
        if verb == "cast":
            given = [w for w in words if "=" in w]
            for c in contracts_of([w for w in words if "=" not in w]):
                self.cast[c] = self.cast.get(c, []) + given
        elif verb == "calendario":
            self.calendar = words[0]
        elif verb == "poll":
            at = datetime.datetime.fromisoformat(f"{words[0]} {words[1]}")
            self.polls.append(Poll(at, " ".join(words[2:]), line=number))
        elif verb == ">":
            self.polls[-1].expected.append(rest.strip())
        elif verb == "file":
            self.put(words[0], self.bytes_of(words[0], words[1:], self.indented(number)))
        elif verb == "again":
            self.put(words[2], self.sent[words[0]])
        elif verb in ("approve", "release", "take-off"):
            self.polls[-1].deeds.append((verb, words[0]))
        else:
            raise ValueError("what is this?")

    def put(self, name, data):
        self.polls[-1].files[name] = self.sent[name] = data

    def indented(self, number):
        """The lines after line `number` that stand deeper."""
        def depth(line):
            return len(line) - len(line.lstrip())

        out, own = [], depth(self.lines[number - 1])
        while self.at < len(self.lines) and depth(self.lines[self.at]) > own and self.lines[self.at].strip():
            out.append(self.lines[self.at].strip())
            self.at += 1
        return [line for line in out if not line.startswith("#")]

    # ---- a file's bytes -----------------------------------------------------------------------------------------------------------

    def bytes_of(self, name, how, lines):
        if lines == ["nothing"]:
            return b""
        f = model.file_of(name)
        end = "\n" if "lf" in how else "\r\n"
        rows = [";".join(x.column for x in f.layout.fields)] if not f.layout.fixed else []
        record = "1"
        for line in lines:
            if line.startswith("raw "):
                rows.append(line.removeprefix("raw "))
                continue
            words = shlex.split(line)
            if words[0] == "record":
                record = words[1]
                continue
            given = [w for w in words if "=" in w]
            for c in contracts_of([w for w in words if "=" not in w]):
                rows.append(self.fixed(f, record, c, given) if f.layout.fixed else self.csv(f, c, given))
        return "".join(row + end for row in rows).encode("utf-8" if "utf8" in how else "latin-1")

    def usual(self, f, kind, contract):
        text = USUAL[kind].format(c=contract, cpf=cpf_of(contract), day=f.date, dmy=f"{f.date:%d/%m/%Y}")
        return shlex.split(text)

    def fixed(self, f, record, contract, given):
        table = make_lines.table(f.layout.name if f.job != "garantias" else f"remessa_garantias_{record}")
        words = [f"contrato={contract}"]
        if "cpf_cnpj" in table:
            words.append(f"cpf_cnpj={cpf_of(contract)}")
        if f.job == "remessa":
            arrears = 61 + (f.date - self.polls[0].at.date()).days
            words += f"nome=CLIENTE_{contract} carteira=VEICULOS produto=CDC end_residencial_uf=SP dias_atraso={arrears}".split()
            words += ["valor_parcela=500.00", "valor_atraso=1000.00", f"fone1=CELULAR/11/98765{contract}"] + self.cast[contract]
        elif f.job == "garantias":
            words += self.usual(f, f.job, contract) + [f"at=1:{record}"]
        elif f.job != "exclusao":
            words += self.usual(f, f.job, contract)
        return make_lines.line_of(table, words + given)[0].decode("latin-1")

    def csv(self, f, contract, given):
        kind = "AcordosBaixados" if f.job == "acordos_baixados" else f.job
        cells = dict(w.split("=", 1) for w in self.usual(f, kind, contract) + given)
        columns = [x.column for x in f.layout.fields]
        count = int(cells.pop("columns", len(columns)))
        if unknown := cells.keys() - set(columns):
            raise ValueError(f"no column {unknown}")
        row = [cells.get(c, "") for c in columns] + [""] * count
        return ";".join(row[:count])


def told(oracle, files, exports, before):
    """What became of a poll, in the lines of the story. before: contrato -> (status, since) as it was."""
    out = []
    for f in sorted(files, key=lambda f: f.order):
        counts, errors, _ = model.report(f)
        text = f"{f.name} {f.status}" + (f" {f.reason}" if f.reason and f.status != "waiting" else "")
        if f.status == "done":
            text += f" {f.read}" + (f", {f.rejected} rejected" if f.rejected else "")
        out.append(text)
        for linha, _, _, field, code, _, _, warning in errors:
            out.append(f"  line {linha}{' warned' if warning else ''} {code}" + (f" {field}" if field and code in ("VALOR_INVALIDO", "CAMPO_OBRIGATORIO") else ""))
    changed = {}
    for contract, ficha in sorted(oracle.fichas.items()):
        if before.get(contract) != (ficha.status, ficha.since):
            changed.setdefault((ficha.since, ficha.status), []).append(contract)
    out += [f"{status} since {since:%d/%m}: {ranges(contracts)}" for (since, status), contracts in sorted(changed.items())]
    removed = {}
    for row in exports["baixa"]:
        removed.setdefault(row["motivo"], []).append(row["contrato"])
    out += [f"baixa {motivo}: {ranges(sorted(contracts))}" for motivo, contracts in sorted(removed.items())]
    for kind, word in (("full", "discagem"), ("incremental", "incremental")):
        if names := sorted(r["contrato"] for r in exports[kind]):
            out.append(f"{word}: {ranges(names)}")
    return out


def ranges(contracts):
    """`1001..1003 1005`"""
    out = []
    for c in contracts:
        if out and int(c) == int(out[-1][1]) + 1:
            out[-1][1] = c
        else:
            out.append([c, c])
    return " ".join(a if a == b else f"{a}..{b}" if int(b) > int(a) + 1 else f"{a} {b}" for a, b in out)


def statuses(oracle):
    return {c: (ficha.status, ficha.since) for c, ficha in oracle.fichas.items()}


def deed(oracle, verb, name):
    if (verb, name) == ("release", "discagem"):
        oracle.release_mailing()
        return
    if verb == "take-off":
        oracle.take_off(name)
        return
    f = next(f for f in oracle.files if f.name == name and f.status == ("held" if verb == "approve" else "waiting"))
    (oracle.approve if verb == "approve" else oracle.release)(f)


