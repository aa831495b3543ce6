"""A workspace of the shipped pack with `atom serve` on a free loopback port, its base seeded with a few fichas, and a client for it."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))
from workspace import Workspace, quick_folder  # noqa: E402

AT = "2026-11-03 10:00"

# invented people; two contracts of one document, the first closed
SEED = """
insert into ficha(id_crm, id_campanha, contrato, cpf_cnpj, nome, status, status_desde, carteira, produto, dias_atraso, qtd_parcelas_vencidas,
    valor_parcela, valor_atraso, uf) values
  (1, 1, '900100', '52998224725', 'MARIA EXEMPLO', 'RETIRADO', '2026-10-30', 'VEICULOS', 'CDC', 40, 1, 45000, 45000, 'SP'),
  (2, 1, '900200', '52998224725', 'MARIA EXEMPLO', 'ATIVO', '2026-11-03', 'VEICULOS', 'CDC', 61, 2, 59537, 119074, 'SP'),
  (3, 1, '900300', '11144477735', 'JOSE EXEMPLO', 'ATIVO', '2026-11-03', 'VEICULOS', 'CDC', 75, 3, 70000, 210000, 'RJ');
insert into remessa_assessoria(contrato, cpf_cnpj, prazo, qtd_parcelas_pagas, qtd_parcelas_a_vencer, qtd_parcelas_vencidas)
  values ('900200', '52998224725', 48, 20, 26, 2);
insert into telefone(contrato, ordem, origem, posicao, tipo, ddd, fone, score) values
  ('900100', 1, 'REMESSA', 1, 'CELULAR', '19', '987650001', null), ('900200', 1, 'REMESSA', 1, 'CELULAR', '19', '987650001', 80),
  ('900200', 2, 'REMESSA', 2, 'RESIDENCIAL', '19', '32345678', null), ('900300', 1, 'REMESSA', 1, 'CELULAR', '21', '987650003', 50);
insert into email(contrato, ordem, origem, tipo, email) values
  ('900200', 1, 'REMESSA', 'EMAIL 1', 'maria@exemplo.com.br'), ('900300', 1, 'REMESSA', 'EMAIL 1', 'Jose@exemplo.com.br');
insert into endereco(contrato, ordem, origem, tipo, logradouro, numero, bairro, cidade, uf, cep)
  values ('900200', 1, 'REMESSA', 'RESIDENCIAL', 'Rua das Acácias', '12', 'Centro', 'Campinas', 'SP', '13010000');
insert into parcela(contrato, numero_parcela, qtd_parcelas, data_vencimento, valor_parcela, situacao)
  values ('900200', 21, 48, '2026-09-05', 59537, 'ABERTA'), ('900200', 22, 48, '2026-10-05', 59537, 'ABERTA'), ('900200', 23, 48, '2026-12-05', 59537, 'ABERTA');
insert into garantia_veiculo(tipo_registro, contrato, sequencia_garantia, marca, modelo, ano_fabricacao, ano_modelo, placa, valor_bem)
  values ('1', '900200', 1, 'FIAT', 'UNO', 2019, 2020, 'ABC1D23', 3500000);
insert into garantia_garantidor(tipo_registro, contrato, sequencia_garantia, nome_garantidor) values ('2', '900200', 1, 'ANA EXEMPLO');
insert into garantia_local(tipo_registro, contrato, sequencia_garantia, logradouro) values ('3', '900200', 1, 'Rua B');
insert into refin(contrato, qtd_parc_refin, parcela_refin, total_refinanciado, juro_mensal, prioridade) values ('900200', 60, 61245, 2381480, 166, 1);
insert into chamada(id_chamada, id_crm, contrato, telefone, data_hora, desc_telefonia, desc_negocio, operador)
  values ('C1', 2, '900200', '19987650001', '2026-11-01 09:30:00', 'ATENDIDA', 'RECADO', 'op1');
insert into historico_massivo_email(protocolo, cpf, email, data_envio) values ('PE1', '52998224725', 'maria@exemplo.com.br', '2026-11-01');
insert into historico_massivo_sms(protocolo, telefone, mensagem, data_envio) values ('PS1', '19987650001', 'Oi', '2026-11-02');
insert into acao_massiva(id, contrato, numero, nome, jornada, data, situacao, http, arquivo_id, linha)
  values (1, '900300', '21987650003', 'JOSE', 'jornada1', '2026-11-03', 'ENVIADA', 200, 9, 2), (2, '900200', '19987650001', 'MARIA', 'jornada1', '2026-11-03', 'INCERTA', null, 9, 3);
insert into marcacao(contrato, tipo, em, arquivo_id, linha) values ('900300', 'Massiva WhatsApp enviada com sucesso', '2026-11-03 09:00:00', 9, 2);
"""


class Answer:
    def __init__(self, status, body, headers):
        self.status, self.bytes, self.text, self.headers = status, body, body.decode("utf-8", "replace"), headers

    @property
    def json(self):
        return json.loads(self.text)

    @property
    def code(self):
        return self.json["error"]["code"]


class Seeded:
    """A workspace with its base seeded and a token a user, made once and copied for each server."""

    made = {}

    @classmethod
    def of(cls, atom):
        if atom not in cls.made:
            cls.made[atom] = cls(atom)
        return cls.made[atom]

    def __init__(self, atom):
        self.folder = quick_folder()
        self.work = Workspace(atom, os.path.join(self.folder.name, "w")).make()
        code, _, err = self.work.poll(AT)
        if code != 0:
            raise AssertionError(f"the first poll: exit {code}: {err}")
        with sqlite3.connect(self.work.base_path) as base:
            base.executescript(SEED)
        base.close()
        self.tokens = {name: add_token(self.work, name, scope) for name, scope in
                       (("ana", "portal"), ("bot", "webhook"), ("bia", "backoffice"), ("ops", "ops,decide"))}

    def copy_to(self, root):
        shutil.copytree(self.work.root, root)
        settings = Path(root) / "work" / "atom.toml"
        settings.write_text(settings.read_text(encoding="utf-8").replace(self.work.root, root), encoding="utf-8")


def add_token(work, name, scope):
    done = subprocess.run([work.atom, "-C", work.home, "token", "add", name, "--scope", scope, "--user", name], capture_output=True, text=True, check=True)
    return done.stdout.strip()


class Served:
    """with Served(atom) as server: …"""

    def __init__(self, atom, change=None, folder=None, before=(), listen="127.0.0.1:0"):
        """`before`: words that stand before the command, as those of prlimit."""
        self.before, self.listen = list(before), listen
        self.folder = tempfile.TemporaryDirectory(dir=folder) if folder else quick_folder()
        self.work = Workspace(atom, os.path.join(self.folder.name, "w"))
        self.process = None
        seeded = Seeded.of(atom)
        self.tokens = dict(seeded.tokens)
        seeded.copy_to(self.work.root)
        if change:
            change(Path(self.work.home))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.folder.cleanup()

    def token(self, name, scope):
        return add_token(self.work, name, scope)

    def start(self):
        self.process = subprocess.Popen([*self.before, self.work.atom, "-C", self.work.home, "serve", "--listen", self.listen, "--json", "--at", AT],
                                        stdout=subprocess.PIPE, stderr=open(self.log, "ab"), text=True)
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError("atom serve ended: " + Path(self.log).read_text(encoding="utf-8"))
        self.port = int(json.loads(line)["listening"].rsplit(":", 1)[1]) if not self.listen.startswith("unix:") else None

    @property
    def log(self):
        return os.path.join(self.folder.name, "serve.log")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=20)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def ask(self, method, path, body=None, token="ana", headers=None):
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=data, method=method)
        if token:
            request.add_header("Authorization", "Bearer " + self.tokens.get(token, token))
        if data is not None:
            request.add_header("Content-Type", "application/json")
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return Answer(answer.status, answer.read(), answer.headers)
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read(), error.headers)

    def get(self, path, token="ana", **query):
        return self.ask("GET", path + ("?" + urllib.parse.urlencode(query) if query else ""), None, token)

    def post(self, path, body, token="ana"):
        return self.ask("POST", path, body, token)

    def client(self, contrato):
        return self.get("/api/ConsultaCliente", contrato=contrato).json["clientes"][0]

    def online(self, sql, *values):
        with sqlite3.connect(os.path.join(self.work.home, "data", "online.db")) as db:
            rows = db.execute(sql, values).fetchall()
        db.close()
        return rows

    def base(self, sql, *values):
        db = self.work.base()
        rows = db.execute(sql, values).fetchall()
        db.close()
        return rows


def same(got, wanted, what=""):
    if got != wanted:
        raise AssertionError(f"{what}: got {got!r}, wanted {wanted!r}")
