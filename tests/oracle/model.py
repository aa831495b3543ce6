"""The day as the domain page tells it: files in their order, the rules of each job, what the dialer gets. Plain and slow."""

import dataclasses
import datetime
import hashlib
import os
import re

import formats
from formats import Fault, FileFault
from values import business_days, parse_phone, previous_business_day

ATIVO, BLOQUEIO, BAIXADOS, RETIRADO = "ATIVO", "BLOQUEIO PARCIAL", "TODOS CONTRATOS BAIXADOS", "RETIRADO"
REMESSA, ENRIQUECIMENTO = "REMESSA", "ENRIQUECIMENTO"
ADDRESSES = ("residencial", "comercial", "correspondencia", "outro")
STAMP = r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)_(?P<hour>\d{6})_"
NAMES = [  # job, layout, name
    ("remessa", formats.REMESSA, STAMP + r"remessa_528_out\.528"),
    ("parcelas", formats.PARCELAS, STAMP + r"parc_528_out\.528"),
    ("telefones", formats.TELEFONES, r"telefones_carteira_veic_(?P<d>\d\d)(?P<m>\d\d)(?P<yy>\d\d)(?P<hour>\d{6})\.csv"),
    ("acordos", formats.ACORDO, STAMP + r"acordo_528_out\.528\.txt"),
    ("acordos_baixados", formats.ACORDO, STAMP + r"acordo_528_out\.528_new\.txt"),
    ("acordos_baixados", formats.ACORDOS_BAIXADOS, r"AcordosBaixados_(?P<d>\d\d)(?P<m>\d\d)(?P<y>\d{4})_528\.csv"),
    ("exclusao", formats.EXCLUSAO, STAMP + r"baixa_528_out\.528"),
    ("garantias", formats.GARANTIAS, STAMP + r"garantias_528_out\.528"),
    ("refin", formats.REFIN, r"refin_carteira_veic_(?P<d>\d\d)(?P<m>\d\d)(?P<yy>\d\d)(?P<hour>\d{6})\.csv"),
    ("refin", formats.REFIN, r"refin_carteira_veic_(?P<d>\d\d)(?P<m>\d\d)(?P<y>\d{4})(?P<hour>\d{6})\.csv"),
    ("massiva_whatsapp", formats.MASSIVA_WHATSAPP, STAMP + r"massiva_whatsapp\.csv"),
    ("massiva_email", formats.MASSIVA_EMAIL, STAMP + r"massiva_email\.csv"),
    ("massiva_sms", formats.MASSIVA_SMS, STAMP + r"massiva_sms\.csv"),
    ("retorno_discador", formats.RETORNO, r"retorno_discador_(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)_(?P<hour>\d{6})\.csv"),
    ("batimento", formats.BATIMENTO, r"bat_carteira_veic_(?P<d>\d\d)(?P<m>\d\d)(?P<y>\d{4})_528\.csv(?:\.528)?"),
]
ORDER = {"remessa": 1, "parcelas": 2, "garantias": 2, "telefones": 2, "refin": 2, "acordos": 3, "acordos_baixados": 3, "exclusao": 4, "batimento": 5}
ORDER |= {"massiva_whatsapp": 6, "massiva_email": 6, "massiva_sms": 6, "retorno_discador": 7}
WAITS_FOR_NOTHING = ("remessa", "massiva_whatsapp", "massiva_email", "massiva_sms", "retorno_discador")
STALE = {
    "remessa": ["remessa"],
    "exclusao": ["remessa"],
    "parcelas": ["parcelas"],
    "garantias": ["garantias"],
    "refin": ["refin"],
    "batimento": ["remessa", "batimento"],
}
HOLDING = ("acordos", "acordos_baixados", "exclusao", "batimento")  # while one of these is not done, only removals go out
OUT_OF_DATE, BRAKE, UNREADABLE, NO_CARTEIRA = "stale_after", "brake", "CHAVE_ILEGIVEL", "carteira"  # why a file is held
GARANTIAS = {"1": "garantia_veiculo", "2": "garantia_garantidor", "3": "garantia_local"}


class Held(Exception):
    """A file that writes nothing until somebody approves just this; its text is one of the four."""


@dataclasses.dataclass
class File:
    path: str
    name: str
    job: str
    layout: object
    date: datetime.date
    hour: str
    status: str = "seen"
    reason: str = ""
    rows: list = dataclasses.field(default_factory=list)
    header: bytes = b""
    read: int = 0
    rejected: int = 0
    arrival: int = 0  # of files of one hour, the one that came first
    approved: set = dataclasses.field(default_factory=set)  # for which reasons it is not held any more
    released: bool = False  # it waits for nothing
    let_past: bool = False  # it does not hold the mailing
    told: tuple = ()  # status and reason as they were told last
    identity: tuple = ()

    @property
    def order(self):
        return self.date, ORDER[self.job], self.hour, self.arrival


@dataclasses.dataclass
class Ficha:
    values: dict
    status: str
    since: datetime.date


@dataclasses.dataclass
class Phone:
    origem: str
    ordem: int
    tipo: str
    number: tuple  # (area, number), None: not usable
    score: int = None
    posicao: int = None


def file_of(path):
    name = os.path.basename(path)
    for job, layout, pattern in NAMES:
        match = re.fullmatch(pattern, re.sub(r"\.rejeitados$", "", name), re.IGNORECASE)
        if match:
            g = match.groupdict()
            year = int(g["y"]) if g.get("y") else 2000 + int(g["yy"])
            return File(path, name, job, layout, datetime.date(year, int(g["m"]), int(g["d"])), g.get("hour") or "")
    return None


class Oracle:
    def __init__(self, gates=True, calendar="bancario", remember_scores=False):
        self.gates = gates  # requires, stale_after and brakes; without them all is as released and approved
        self.calendar = calendar
        self.remember_scores = remember_scores  # does a number that left a ficha and comes back have its old score?
        self.fichas = {}
        self.history = []  # (contrato, status, desde, renewal)
        self.remessa = {}
        self.phones = {}
        self.addresses = {}
        self.emails = {}
        self.parcelas = {}
        self.garantias = {record: {} for record in GARANTIAS}  # contrato -> lines
        self.refin = {}
        self.messages = {}  # (contrato, numero, jornada, date) -> [nome, situacao]
        self.marks = []  # (contrato, tipo, em)
        self.emails_sent, self.sms_sent, self.calls = [], [], {}
        self.today = None
        self.acordos = []
        self.newest_agreement = {}
        self.known_scores = {}
        self.delivered = {}
        self.had_full = False
        self.files = []
        self.identities = {}
        self.arrivals = 0

    # ---- a poll ---------------------------------------------------------------------------------------------------------------

    def poll(self, paths, today):
        """Works the new files and those that wait; gives the files of which there is something new to tell, and the dialer's rows."""
        self.today = today
        unmatched = [p for p in paths if file_of(p) is None]
        fresh = [f for f in map(file_of, paths) if f]
        for f in fresh:
            self.arrivals += 1
            f.arrival = self.arrivals
            with open(f.path, "rb") as file:
                f.identity = (hashlib.sha256(file.read()).digest(), f.job, f.date)
            for g in self.files:  # other bytes under the same name take its place
                if g.name == f.name and g.status in ("seen", "failed", "held", "waiting"):  # seen: approved or released since
                    g.status = "removed"
        self.files += fresh
        todo = sorted((f for f in self.files if f.status in ("seen", "waiting")), key=lambda f: f.order)
        rest = list(todo)
        while rest:  # the first that may run; what waited for it comes to its turn at once
            f = next((f for f in rest if not self.must_wait(f)), None)
            if f is None:
                break
            rest.remove(f)
            self.work(f)
        for f in rest:
            f.status, f.reason = "waiting", "requires"
        news = [f for f in todo if f.told != (f.status, f.reason)]
        for f in news:
            f.told = (f.status, f.reason)
        return news, unmatched, self.export()

    def approve(self, f):
        """Somebody looked at what holds it now; it is worked at the next poll."""
        f.approved.add(f.reason)
        f.status = "seen"

    def release(self, f):
        f.released = True
        f.status = "seen"

    def release_mailing(self):
        for f in self.holders():
            f.let_past = True

    def take_off(self, name):
        """Somebody takes the file out of the folder."""
        for f in self.files:
            if f.name == name and f.status in ("failed", "held", "waiting"):
                f.status = "removed"

    def must_wait(self, f):
        return self.gates and not self.is_duplicate(f) and not self.is_out_of_date(f) and not self.has_what_it_needs(f)

    def is_duplicate(self, f):
        return f.identity in self.identities and self.identities[f.identity].read > 0

    def work(self, f):
        f.reason = ""
        if self.is_duplicate(f):
            f.status = "duplicate"
            return
        try:
            self.hold(f, OUT_OF_DATE, self.is_out_of_date(f))
            with open(f.path, "rb") as file:
                f.rows, f.header = formats.read_file(f.layout, file.read())
            for row in f.rows:
                row.by_layout = row.rejected
            getattr(self, "job_" + f.job)(f)
        except FileFault as fault:
            f.status, f.reason, f.read = "failed", fault.args[0], fault.args[1]
            f.rejected = f.read
        except Held as why:
            f.status, f.reason, f.rows = "held", why.args[0], []
        else:
            f.status = "done"
            f.read, f.rejected = len(f.rows), sum(row.rejected for row in f.rows)
            self.identities[f.identity] = f

    def done(self, job):
        return [f for f in self.files if f.status == "done" and f.job == job]

    def is_out_of_date(self, f):
        if OUT_OF_DATE in f.approved:
            return False
        return any(g.date > f.date for job in STALE.get(f.job, []) for g in self.done(job))

    def has_what_it_needs(self, f):
        if f.released or f.job in WAITS_FOR_NOTHING:
            return True
        since = previous_business_day(f.date)
        if not any(g.date >= since for g in self.done("remessa")):
            return False
        return f.job != "batimento" or any(g.date == f.date for g in self.done("acordos_baixados"))

    def hold(self, f, reason, wrong):
        if wrong and self.gates and reason not in f.approved:
            raise Held(reason)

    # ---- rules ----------------------------------------------------------------------------------------------------------------

    def set_status(self, contract, status, day):
        ficha = self.fichas[contract]
        if ficha.status != status:
            ficha.status, ficha.since = status, day
            self.history.append((contract, status, day, False))

    def is_blocked(self, contract, day):
        agreed = self.newest_agreement.get(contract)
        if agreed is None:
            return False
        return (business_days(agreed, day) if self.calendar == "bancario" else (day - agreed).days) <= 3

    def job_remessa(self, f):
        for row in f.rows:
            if row.rejected:
                continue
            contract = row.values["contrato"]
            ficha = self.fichas.get(contract)
            if ficha and ficha.status in (RETIRADO, BAIXADOS) and ficha.since >= f.date:
                row.faults.append(Fault("ARQUIVO_ANTERIOR"))
            elif self.is_blocked(contract, f.date):
                row.faults.append(Fault("BLOQUEIO_PARCIAL"))
            else:
                self.admit(row.values, f.date)

    def admit(self, v, day):
        contract = v["contrato"]
        if contract in self.fichas:
            self.set_status(contract, ATIVO, day)
            self.fichas[contract].values = v
        else:
            self.fichas[contract] = Ficha(v, ATIVO, day)
            self.history.append((contract, ATIVO, day, False))
        self.remessa[contract] = v
        self.replace_phones(contract, v)
        self.addresses[contract] = [
            (word,) + tuple(v[f"end_{word}_{part}"] for part in ("logradouro", "numero", "complemento", "bairro", "cidade", "uf", "cep"))
            for word in ADDRESSES
            if v[f"end_{word}_logradouro"]
        ]
        self.emails[contract] = [v[f"email{n}"] for n in (1, 2, 3) if v[f"email{n}"]]

    def replace_phones(self, contract, v):
        old = self.phones.get(contract, [])
        scores = dict(self.known_scores.get(contract, {})) if self.remember_scores else {}
        scores.update({p.number: p.score for p in old if p.number and p.score is not None})
        fresh = []
        for n in range(1, 9):
            number = v[f"fone{n}_numero"]
            if number:
                parsed = parse_phone((v[f"fone{n}_ddd"] or "") + number)
                fresh.append(Phone(REMESSA, n, v[f"fone{n}_tipo"], parsed, scores.get(parsed) if parsed else None))
        self.known_scores[contract] = scores
        self.phones[contract] = fresh + [p for p in old if p.origem != REMESSA]
        self.place_phones(contract)

    def place_phones(self, contract):
        seen = set()
        for p in sorted(self.phones[contract], key=lambda p: p.ordem):
            p.posicao = None
            if p.number and p.number not in seen:
                seen.add(p.number)
                p.posicao = len(seen)

    def job_parcelas(self, f):
        self.replace_by_contract(f.rows, self.parcelas)

    def job_garantias(self, f):
        for record, table in self.garantias.items():
            self.replace_by_contract([row for row in f.rows if row.record == record], table)

    def job_refin(self, f):
        self.replace_by_contract(f.rows, self.refin)

    def replace_by_contract(self, rows, table):
        """A contract's lines take the place of those in the table, unless one of them was refused by the layout."""
        broken = {row.key for row in rows if row.by_layout and row.key and any(x.code != "CHAVE_DUPLICADA" and not x.warning for x in row.faults)}
        fresh = {}
        for row in rows:
            if row.rejected:
                continue
            contract = row.values["contrato"]
            if contract not in self.fichas:
                row.faults.append(Fault("CONTRATO_NAO_ENCONTRADO"))
            elif contract in broken:
                row.faults.append(Fault("CHAVE_INCOMPLETA"))
            else:
                fresh.setdefault(contract, []).append(row.values)
        table.update(fresh)

    def job_telefones(self, f):
        for row in f.rows:
            if row.rejected:
                continue
            contract = row.values["contrato"]
            if contract not in self.fichas:
                row.faults.append(Fault("CONTRATO_NAO_ENCONTRADO"))
                continue
            cpf = row.values["cpf"]
            if cpf is None or cpf != self.fichas[contract].values["cpf_cnpj"]:
                row.faults.append(Fault("CPF_DIVERGENTE"))
                continue
            given = [(n, row.values.get(f"telefone{n}"), row.values.get(f"score{n}")) for n in (1, 2, 3)]
            given = [(n, text, score, parse_phone(text)) for n, text, score in given if text]
            usable = [g for g in given if g[3]]
            if not usable:
                row.faults.append(Fault("TELEFONE_INVALIDO"))
                continue
            for n, text, _, number in given:
                if not number:
                    row.faults.append(Fault("TELEFONE_INVALIDO", 0, f"telefone{n}", text, True))
            for _, _, score, number in usable:
                self.enrich(contract, number, score)
            self.place_phones(contract)

    def enrich(self, contract, number, score):
        phones = self.phones[contract]
        same = [p for p in phones if p.number == number]
        if not same:
            n = 1 + sum(p.origem == ENRIQUECIMENTO for p in phones)
            same = [Phone(ENRIQUECIMENTO, 100 + n, f"Enriquecimento {n}", number)]
            if self.remember_scores:
                same[0].score = self.known_scores.get(contract, {}).get(number)
            phones += same
        if score is not None:
            for p in same:
                p.score = score

    def active(self):
        return {c for c, ficha in self.fichas.items() if ficha.status == ATIVO}

    def brake(self, f, contracts):
        """contracts: those that the file would close, withdraw or block."""
        leaving, active = len(self.active() & contracts), len(self.active())
        self.hold(f, BRAKE, leaving > 10 and leaving * 5 > active)

    def job_acordos(self, f):
        good = [row for row in f.rows if not row.rejected]
        self.brake(f, {row.values["contrato"] for row in good})
        for row in good:
            contract = row.values["contrato"]
            self.acordos.append((contract, f.date, f.job, row.values))
            self.newest_agreement[contract] = max(f.date, self.newest_agreement.get(contract, f.date))
            ficha = self.fichas.get(contract)
            if ficha is None:
                row.faults.append(Fault("CONTRATO_NAO_ENCONTRADO"))
            elif ficha.status == ATIVO:
                self.set_status(contract, BLOQUEIO, f.date)
            elif ficha.status == BLOQUEIO and ficha.since < f.date:
                ficha.since = f.date
                self.history.append((contract, BLOQUEIO, f.date, True))

    job_acordos_baixados = job_acordos

    def job_exclusao(self, f):
        good = [row for row in f.rows if not row.rejected]
        self.brake(f, {row.values["contrato"] for row in good})
        for row in good:
            if row.values["contrato"] in self.fichas:
                self.set_status(row.values["contrato"], RETIRADO, f.date)
            else:
                row.faults.append(Fault("CONTRATO_NAO_ENCONTRADO"))

    def job_batimento(self, f):
        carteiras = {self.fichas[c].values["carteira"] for c in self.active()} - {None}
        self.hold(f, NO_CARTEIRA, not any(row.values.get("carteira") in carteiras for row in f.rows if not row.rejected))
        self.hold(f, UNREADABLE, any(row.key is None for row in f.rows))
        gone = self.active() - {row.key for row in f.rows}
        self.brake(f, gone)
        for contract in gone:
            self.set_status(contract, BAIXADOS, f.date)
        for row in f.rows:
            if not row.rejected and row.key not in self.fichas:
                row.faults.append(Fault("CONTRATO_NAO_ENCONTRADO"))

    def job_massiva_whatsapp(self, f):
        for row in f.rows:
            if row.rejected:
                continue
            v, contract, number = row.values, row.key, parse_phone(row.values["numero"])
            if contract not in self.fichas:
                row.faults.append(Fault("CONTRATO_NAO_ENCONTRADO"))
            elif self.fichas[contract].status != ATIVO:
                row.faults.append(Fault("FICHA_NAO_ATIVA"))
            elif not number:
                row.faults.append(Fault("TELEFONE_INVALIDO"))
            else:
                self.messages.setdefault((contract, "".join(number), v["jornada"], f.date), [v["nome"], "PENDENTE"])
        for (contract, _, _, day), message in self.messages.items():
            if message[1] == "PENDENTE" and day < min(f.date, self.today):
                message[1] = "FALHOU"
                self.marks.append((contract, "Massiva WhatsApp enviada sem sucesso", None))

    def job_massiva_email(self, f):
        for row in f.rows:
            if row.rejected:
                continue
            v = row.values
            owners = [c for c, ficha in self.fichas.items() if ficha.values["cpf_cnpj"] == v["cpf"]]
            if not owners:
                row.faults.append(Fault("CPF_NAO_ENCONTRADO"))
                continue
            self.emails_sent.append([v["protocolo"], v["cpf"], v["email"], v["data_envio"]])
            self.marks += [(c, "Ação Massiva – Email", v["data_envio"] or f.date.isoformat()) for c in owners]

    def job_massiva_sms(self, f):
        for row in f.rows:
            if row.rejected:
                continue
            v, number = row.values, parse_phone(row.values["telefone"])
            owners = [c for c, phones in self.phones.items() if number and any(p.number == number for p in phones)]
            if not owners:
                row.faults.append(Fault("TELEFONE_NAO_ENCONTRADO"))
                continue
            self.sms_sent.append([v["protocolo"], "".join(number), v["mensagem"], v["data_envio"]])
            self.marks += [(c, "Ação Massiva – SMS", v["data_envio"] or f.date.isoformat()) for c in owners]

    def job_retorno_discador(self, f):
        for row in f.rows:
            if row.rejected:
                continue
            if row.key not in self.fichas:
                row.faults.append(Fault("CONTRATO_NAO_ENCONTRADO"))
            else:
                self.calls.setdefault(row.values["id_chamada"], row.values)

    # ---- what leaves ------------------------------------------------------------------------------------------------------------

    def mailing(self):
        """contrato -> what the dialer would hold now, without id_crm: that is the base's own."""
        out = {}
        for contract, ficha in self.fichas.items():
            placed = sorted((p.posicao, p) for p in self.phones.get(contract, []) if p.posicao) if ficha.status == ATIVO else []
            if not placed:
                continue
            v = ficha.values
            row = {"contrato": contract, "cpf_cnpj": v["cpf_cnpj"], "nome": v["nome"], "carteira": v["carteira"], "produto": v["produto"]}
            row |= {"dias_atraso": v["dias_atraso"], "qtd_parcelas_vencidas": v["qtd_parcelas_vencidas"]}
            row |= {"valor_parcela": money(v["valor_parcela"]), "valor_atraso": money(v["valor_atraso"])}
            row |= {"uf": v["end_residencial_uf"], "refin": "S" if self.refin.get(contract) else "N"}
            phones = [p for _, p in placed[:10]] + [None] * max(0, 10 - len(placed))
            for n, p in enumerate(phones, 1):
                area, number = p.number if p else (None, None)
                row |= {f"tipo{n}": p and p.tipo, f"ddd{n}": area, f"fone{n}": number, f"score{n}": p and p.score}
            out[contract] = row
        return out

    def holders(self):
        """The files that keep all but removals back: a later one of the same job and date has not been done."""
        blocked = [f for f in self.files if f.job in HOLDING and f.status in ("failed", "held", "waiting") and not f.let_past]
        blocked = [f for f in blocked if f.identity not in self.identities]  # else the same bytes were taken under another name
        return [f for f in blocked if not any(g.date == f.date and g.order > f.order for g in self.done(f.job))]

    def mailing_is_held(self):
        return self.gates and bool(self.holders())

    def export(self):
        now = self.mailing()
        removed = [c for c in self.delivered if c not in now]
        out = {"full": [], "incremental": [], "baixa": []}
        for contract in removed:
            status = self.fichas[contract].status
            out["baixa"].append({"contrato": contract, "motivo": "SEM TELEFONE" if status == ATIVO else status})
            del self.delivered[contract]
        if self.mailing_is_held():
            return out
        kind = "incremental" if self.had_full else "full"
        for contract, row in now.items():
            seen = {k: v for k, v in row.items() if k != "dias_atraso"}
            if self.delivered.get(contract) != seen:
                out[kind].append(row)
                self.delivered[contract] = seen
        self.had_full = self.had_full or bool(out["full"])
        return out

    # ---- the base as tables -------------------------------------------------------------------------------------------------------

    def tables(self):
        return {
            "ficha": [
                [c, f.values["cpf_cnpj"], f.values["nome"], f.status, f.since.isoformat()]
                + [f.values[n] for n in ("carteira", "produto", "dias_atraso", "qtd_parcelas_vencidas", "valor_parcela", "valor_atraso")]
                + [f.values["end_residencial_uf"]]
                for c, f in self.fichas.items()
            ],
            "ficha_status": [[c, status, day.isoformat(), renewal] for c, status, day, renewal in self.history],
            "remessa_assessoria": [[v[f.name] for f in formats.REMESSA.fields] for v in self.remessa.values()],
            "telefone": [
                [c, p.origem, p.ordem, p.posicao, p.tipo] + (list(p.number) if p.number else [None, None]) + [p.score]
                for c, phones in self.phones.items()
                for p in phones
            ],
            "endereco": [[c, *row] for c, rows in self.addresses.items() for row in rows],
            "email": [[c, email] for c, emails in self.emails.items() for email in emails],
            "parcela": [[v[f.name] for f in formats.PARCELAS.fields] for rows in self.parcelas.values() for v in rows],
            "acordo": [agreement(*a) for a in self.acordos],
            "refin": [[v[f.name] for f in formats.REFIN.fields] for rows in self.refin.values() for v in rows],
            "acao_massiva": [[c, number, nome, jornada, situacao] for (c, number, jornada, _), (nome, situacao) in self.messages.items()],
            "marcacao": [list(mark) for mark in self.marks],
            "historico_massivo_email": self.emails_sent,
            "historico_massivo_sms": self.sms_sent,
            "chamada": [[v[c] for c in COLUMNS["chamada"]] for v in self.calls.values()],
        } | {
            table: [[v[c] for c in COLUMNS[table]] for rows in self.garantias[record].values() for v in rows] for record, table in GARANTIAS.items()
        }


COLUMNS = {
    "ficha": "contrato cpf_cnpj nome status status_desde carteira produto dias_atraso qtd_parcelas_vencidas valor_parcela valor_atraso uf".split(),
    "ficha_status": "contrato status desde renewal".split(),
    "remessa_assessoria": [f.name for f in formats.REMESSA.fields],
    "telefone": "contrato origem ordem posicao tipo ddd fone score".split(),
    "endereco": "contrato tipo logradouro numero complemento bairro cidade uf cep".split(),
    "email": "contrato email".split(),
    "parcela": [f.name for f in formats.PARCELAS.fields],
    "acordo": "contrato data origem numero_acordo numero_parcela data_vencimento data_movimento motivo valor".split(),
    "refin": [f.name for f in formats.REFIN.fields],
    "acao_massiva": "contrato numero nome jornada situacao".split(),
    "marcacao": "contrato tipo em".split(),
    "historico_massivo_email": "protocolo cpf email data_envio".split(),
    "historico_massivo_sms": "protocolo telefone mensagem data_envio".split(),
    "chamada": [f.name for f in formats.RETORNO.fields],
} | {table: [f.name for f in formats.GARANTIAS.records[record].fields] for record, table in GARANTIAS.items()}


def agreement(contract, day, job, v):
    """`valor` is a list: the page does not say which of the fixed file's values it is."""
    values = [v[n] for n in ("valor_pago", "valor_parcela", "valor_acordo") if n in v]
    same = [v[n] for n in ("numero_acordo", "numero_parcela", "data_vencimento", "data_movimento")]
    return [contract, day.isoformat(), job] + same + [v["motivo_baixa"], values]


def money(units):
    if units is None:
        return None
    return f"{'-' if units < 0 else ''}{abs(units) // 100},{abs(units) % 100:02d}"


def report(f):
    """A file's counts, its error rows and the bytes of .rejeitados."""
    by_line, by_row, errors = {}, {}, []
    warnings = [x for row in f.rows for x in row.faults if x.warning]
    for row in f.rows:
        codes = [x.code for x in row.faults if not x.warning]
        if codes:
            by_line[codes[0]] = by_line.get(codes[0], 0) + 1
        for code in codes:
            by_row[code] = by_row.get(code, 0) + 1
        for x in sorted(row.faults, key=lambda x: x.column):
            errors.append([row.linha, row.byte, x.column, x.field, x.code, x.value, row.text, x.warning])
    counts = {"name": f.name, "job": f.job, "data": f.date.isoformat(), "status": f.status, "reason": f.reason}
    counts |= {"read": f.read, "accepted": f.read - f.rejected, "rejected": f.rejected, "warnings": len(warnings)}
    counts |= {"warned_lines": sum(any(x.warning for x in row.faults) for row in f.rows)}
    counts |= {"warned_good_lines": sum(any(x.warning for x in row.faults) and not row.rejected for row in f.rows)}
    counts |= {"rejects": by_line, "rejects_by_row": by_row}
    rejected = [row.raw for row in f.rows if row.rejected and f.job != "batimento"]  # a part of it would close all the rest
    return counts, errors, f.header + b"".join(rejected) if rejected else b""
