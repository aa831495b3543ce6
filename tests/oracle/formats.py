"""Files of the bank as rows: shape, fields, and the faults that the layout alone finds."""

import csv
import dataclasses
import os
import re

from values import header_key, parse_comma_decimal, parse_digits, parse_document, parse_packed_date, parse_slashed_date, parse_slashed_datetime, parse_text

TABLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools", "tables")
WHITE = b" \t\r\n\v\f"


@dataclasses.dataclass
class Fault:
    code: str
    column: int = 0  # 1-based: the byte in a fixed line, the column of a CSV; 0: the whole line
    field: str = ""
    value: str = ""
    warning: bool = False


@dataclasses.dataclass
class Row:
    linha: int
    byte: int
    raw: bytes  # with its line end
    text: str  # decoded, without it
    values: dict = dataclasses.field(default_factory=dict)
    faults: list = dataclasses.field(default_factory=list)
    key: str = None  # the contract that even a bad line names
    by_layout: bool = True  # False: a rule turned it down
    record: str = ""  # which of the layout's kinds of line it is, where there are several

    @property
    def rejected(self):
        return any(not f.warning for f in self.faults)


@dataclasses.dataclass
class Field:
    name: str
    kind: str
    at: int = 0
    length: int = 0
    scale: int = 0
    column: str = ""
    required: bool = False
    strip_zeros: bool = False
    lenient: bool = False  # a bad value becomes none, with a warning
    optional: bool = False  # a trailing column that may be missing
    values: tuple = ()  # the only ones


@dataclasses.dataclass
class Layout:
    name: str
    fields: list
    fixed: bool = True
    unique: tuple = ()
    one_in_front: bool = False  # the record type, byte 1
    any_shape: bool = False  # a line of another shape is read as far as its fields are whole, with a warning
    records: dict = None  # byte 1 -> the layout of the lines that begin with it
    reject_limit: bool = True  # over 20 % of refused lines, and at least ten: the whole file is refused

    @property
    def length(self):
        return max(f.at - 1 + f.length for f in self.fields)


def fixed_layout(table, unique=(), required=("contrato",), lenient=lambda field: False, one_in_front=False, any_shape=False):
    fields = []
    with open(os.path.join(TABLES, table + ".csv"), newline="") as file:
        for r in csv.DictReader(file):
            field = Field(r["name"], r["type"], int(r["at"]), int(r["len"]), int(r["scale"] or 0))
            field.required = field.name in required
            field.strip_zeros = field.name == "contrato"
            field.lenient = not field.required and lenient(field)
            fields.append(field)
    return Layout(table, fields, True, unique, one_in_front, any_shape)


def csv_layout(name, columns, any_shape=False, reject_limit=True):
    return Layout(name, columns, False, any_shape=any_shape, reject_limit=reject_limit)


def csv_fields(text, scale=2, lenient=False, required=()):
    """Words `COLUMN:kind`; a field is its column in lower case, the contract is required."""
    fields = []
    for word in text.split():
        column, _, kind = word.partition(":")
        contract = column == "CONTRATO"
        needed = contract or column in required
        fields.append(Field(column.lower(), kind or "text", 0, 0, scale, column, needed, contract, lenient and not needed))
    return fields


def anything(_):
    return True


REMESSA = fixed_layout("remessa_assessoria", ("contrato",), ("contrato", "nome"), lambda f: f.kind == "document" and f.name != "cpf_cnpj", True)
PARCELAS = fixed_layout("remessa_parcelas", ("contrato", "numero_parcela"), ("contrato", "numero_parcela", "data_vencimento"))
# Only an unreadable contract refuses a line of these: neither its length nor what stands in byte 1 of an agreement does.
ACORDO = fixed_layout("remessa_acordo", (), ("contrato",), anything, any_shape=True)
EXCLUSAO = fixed_layout("remessa_exclusao", ("contrato",), ("contrato",), anything, any_shape=True)
TELEFONES = csv_layout(
    "telefones",
    [Field("cpf", "document", column="CPF"), Field("contrato", "text", column="CONTRATO", required=True, strip_zeros=True)]
    + [
        Field(f"{word}{n}", kind, column=f"{word.upper()}{n}", lenient=True, optional=n > 1)
        for n in (1, 2, 3)
        for word, kind in (("telefone", "text"), ("score", "integer"))
    ],
)
ACORDOS_BAIXADOS = csv_layout(
    "acordos_baixados_csv",
    [
        Field(name, kind, column=column, scale=2, required=name == "contrato", strip_zeros=name == "contrato", lenient=name != "contrato")
        for column, name, kind in (
            ("Cobrador", "cobrador", "text"),
            ("NomeCobrador", "nome_cobrador", "text"),
            ("NumAcordo", "numero_acordo", "text"),
            ("NumParcela", "numero_parcela", "integer"),
            ("NossoNum", "nosso_numero", "text"),
            ("DtVcto", "data_vencimento", "date"),
            ("DtMovto", "data_movimento", "date"),
            ("VlrMovt", "valor_pago", "decimal"),
            ("TotDiv", "total_divida", "decimal"),
            ("Motivo", "motivo_baixa", "text"),
            ("LocalRecebimento", "local_recebimento", "text"),
            ("NumCpfCgc", "cpf_cnpj", "document"),
            ("NomeCliente", "nome", "text"),
            ("OperOriginal", "contrato", "text"),
            ("ParcNegociadas", "parcelas_negociadas", "text"),
        )
    ],
    any_shape=True,
)

GARANTIAS = Layout(
    "remessa_garantias",
    [],
    unique=("contrato", "sequencia_garantia"),
    records={
        n: fixed_layout(f"remessa_garantias_{n}", (), ("contrato", "sequencia_garantia"), lambda f: f.name == "cpf_cnpj_garantidor") for n in "123"
    },
)
REFIN = csv_layout(
    "refin",
    csv_fields(
        "CONTRATO FX_ATRASO COLLECTION QTD_PARCELAS_VENCIDAS:integer QTD_PARCELAS_VENCER:integer QTD_PARCELAS_ABERTO:integer"
        " PLANO_ORIGINAL:integer PARCELA_ORIGINAL:decimal ENTRADA_REFIN:decimal PLANO_REFIN:integer QTD_PARC_REFIN:integer"
        " PARCELA_REFIN:decimal TOTAL_REFINANCIADO:decimal JURO_MENSAL:decimal CET_ANUAL:decimal VENC_PRIMEIRA_PARCELA:date"
        " VENC_ULT_PARCELA:date ESCOB PRIORIDADE:integer"
    ),
)
# A line with any fault still names its contract, and one that names none holds the file: so there is no limit of refused lines.
BATIMENTO = csv_layout(
    "batimento",
    csv_fields(
        "CONTRATO PRIMEIRA_PARC_AB:integer DATA_ENVIO:date CARTEIRA COD_ASSESSORIA NOME_ASSESSORIA PRODUTO DIAS_ATRASO:integer", lenient=True
    ),
    any_shape=True,
    reject_limit=False,
)
MASSIVA_WHATSAPP = csv_layout("massiva_whatsapp", csv_fields("CONTRATO NUMERO NOME JORNADA", required=("NUMERO", "NOME", "JORNADA")))
MASSIVA_WHATSAPP.fields[3].values = ("jornada1", "jornada2")
MASSIVA_EMAIL = csv_layout("massiva_email", csv_fields("PROTOCOLO CPF:document EMAIL DATA_ENVIO:date", required=("CPF",)))
MASSIVA_SMS = csv_layout("massiva_sms", csv_fields("PROTOCOLO TELEFONE MENSAGEM DATA_ENVIO:date", required=("TELEFONE",)))
RETORNO = csv_layout(
    "retorno_discador",
    csv_fields(
        "ID_CHAMADA ID_CRM:integer CONTRATO TELEFONE DATA_HORA:datetime STATUS_TELEFONIA DESC_TELEFONIA STATUS_NEGOCIO DESC_NEGOCIO"
        " DURACAO_SEG:integer OPERADOR",
        required=("ID_CHAMADA",),
    ),
)
for field in RETORNO.fields:
    field.lenient = field.name in ("id_crm", "duracao_seg")


class FileFault(Exception):
    """A fault of the whole file; its text is the code."""


def parse_value(layout, field, text):
    if field.kind == "text":
        value, _ = parse_text(text, field.strip_zeros)
        return value, value is None or not field.values or value in field.values
    if field.kind == "datetime":
        return parse_slashed_datetime(text)
    if field.kind == "document":
        return parse_document(text)
    if field.kind == "date":
        return parse_packed_date(text) if layout.fixed else parse_slashed_date(text)
    if field.kind == "decimal" and not layout.fixed:
        return parse_comma_decimal(text, field.scale)
    return parse_digits(text)


def parse_fields(layout, row, cells):
    """cells: (column, field, text) in column order."""
    for column, field, text in cells:
        if "\0" in text:
            row.faults.append(Fault("CODIFICACAO_INVALIDA", column, field.name, text, field.lenient))
            row.values[field.name] = None
            continue
        value, ok = parse_value(layout, field, text)
        if not ok:
            row.faults.append(Fault("VALOR_INVALIDO", column, field.name, text, field.lenient))
        elif value is None and field.required:
            row.faults.append(Fault("CAMPO_OBRIGATORIO", column, field.name, text))
        row.values[field.name] = value
    row.key = row.values.get("contrato")


def physical_lines(data, at=0, number=1):
    """(number, offset, bytes with the line end)"""
    while at < len(data):
        end = data.find(b"\n", at) + 1 or len(data)
        yield number, at, data[at:end]
        at, number = end, number + 1


def without_end(line):
    line = line[:-1] if line.endswith(b"\n") else line
    return line[:-1] if line.endswith(b"\r") else line


def read_fixed(whole, data):
    rows, fits = [], False
    for linha, byte, raw in physical_lines(data):
        if not raw.strip(WHITE):
            continue
        body = without_end(raw).decode("latin-1")
        row = Row(linha, byte, raw, body)
        rows.append(row)
        layout = whole if whole.records is None else whole.records.get(body[0])
        if layout is None:
            row.faults.append(Fault("REGISTRO_DESCONHECIDO"))
            continue
        row.record = body[0] if whole.records else ""
        contract = next(f for f in layout.fields if f.name == "contrato")
        fits = fits or len(body) == layout.length
        if layout.one_in_front and body[0] != "1":
            row.faults.append(Fault("REGISTRO_DESCONHECIDO"))
        elif len(body) != layout.length and layout.any_shape:
            row.faults.append(Fault("TAMANHO_INVALIDO", warning=True))
            there = {f.name: body[f.at - 1 : f.at - 1 + f.length] for f in layout.fields if len(body) >= f.at - 1 + f.length}
            parse_fields(layout, row, ((f.at, f, there.get(f.name, "")) for f in layout.fields))
        elif len(body) != layout.length:
            row.faults.append(Fault("TAMANHO_INVALIDO"))
            if len(body) >= contract.at - 1 + contract.length:
                row.key = parse_value(layout, contract, body[contract.at - 1 : contract.at - 1 + contract.length])[0]
        else:
            parse_fields(layout, row, ((f.at, f, body[f.at - 1 : f.at - 1 + f.length]) for f in layout.fields))
    if rows and not fits:
        raise FileFault("LAYOUT_INCOMPATIVEL", len(rows))
    return rows, b""


def split_csv(data, at, number):
    """(line number, offset, bytes, cells or None for an open quote), of each line that is not blank: no value holds a line end."""
    for number, line in enumerate(re.findall(rb"[^\n]*\n|[^\n]+$", data[at:]), number):
        cells = cells_of(line.rstrip(b"\r\n"))
        if cells is None or any(c.strip() for c in cells):
            yield number, at, line, cells
        at += len(line)


def cells_of(line):
    cells, at = [], 0
    while True:
        quoted = re.compile(rb'[ \t]*"((?:[^"]|"")*)"[ \t]*(?=;|$)').match(line, at)
        if quoted:
            cells.append(quoted[1].replace(b'""', b'"'))
            at = quoted.end()
        elif re.compile(rb'[ \t]*"(?:[^"]|"")*$').match(line, at):
            return None
        else:
            plain = re.compile(rb"[^;]*").match(line, at)
            cells.append(plain[0])
            at = plain.end()
        if at >= len(line):
            return cells
        at += 1


def read_csv(layout, data):
    start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    try:
        data.decode("utf-8")
        encoding = "utf-8"
    except UnicodeDecodeError:
        encoding = "cp1252"
    lines = split_csv(data, start, 1)
    _, _, header_raw, header = next(lines)
    names = [header_key(c.decode(encoding, "replace")) for c in header or []]
    where = {f.name: names.index(header_key(f.column)) for f in layout.fields if header_key(f.column) in names}
    if any(f.name not in where and not f.optional for f in layout.fields):
        raise FileFault("CABECALHO_INVALIDO", 0)
    optional = {where[f.name] for f in layout.fields if f.optional and f.name in where}
    least = len(names)
    while least - 1 in optional:
        least -= 1
    rows, fits = [], False
    for linha, byte, raw, cells in lines:
        row = Row(linha, byte, raw, without_end(raw).decode(encoding, "replace"))
        rows.append(row)
        if cells is None:
            row.faults.append(Fault("ASPAS_ABERTAS"))
            continue
        if not least <= len(cells) <= len(names):
            row.faults.append(Fault("COLUNAS_INVALIDAS", warning=layout.any_shape))
            if not layout.any_shape:
                contract = next((f for f in layout.fields if f.name == "contrato"), None)
                if contract and where["contrato"] < len(cells):
                    row.key = parse_value(layout, contract, cells[where["contrato"]].decode(encoding, "replace"))[0]
                continue
        else:
            fits = True
        texts = [c.decode(encoding, "replace") for c in cells]
        present = sorted((where[f.name] + 1, f.name, f) for f in layout.fields if f.name in where)
        parse_fields(layout, row, [(n, f, texts[n - 1] if n <= len(texts) else "") for n, _, f in present])
    if rows and not fits:
        raise FileFault("LAYOUT_INCOMPATIVEL", len(rows))
    return rows, header_raw


def check_unique(layout, rows):
    seen = set()
    for row in rows:
        if not layout.unique or row.rejected:
            continue
        key = (row.record,) + tuple(row.values[name] for name in layout.unique)
        if key in seen:
            row.faults.append(Fault("CHAVE_DUPLICADA"))
        seen.add(key)


def read_file(layout, data):
    """(rows, the header's bytes), all faults of the layout found. Raises FileFault(code, lines read)."""
    if not data.strip(WHITE):
        raise FileFault("ARQUIVO_VAZIO", 0)
    rows, header = (read_fixed if layout.fixed else read_csv)(layout, data)
    check_unique(layout, rows)
    refused = sum(row.rejected for row in rows)
    if layout.reject_limit and refused >= 10 and refused * 5 > len(rows):
        raise FileFault("LIMITE_DE_REJEICAO", len(rows))
    return rows, header
