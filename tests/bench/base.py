"""Bases with many fichas, written by SQLite directly: a million in seconds, where the jobs would take minutes."""

import os
import shutil
import sqlite3

from measure import Failed

# The generator's own numbers of contracts, so that its files speak of these fichas (tests/tools/generate.cpp: a bijection below a prime).
NUMBERS = """
create temp table numero(k integer primary key, contrato text not null);
insert into numero
  with recursive n(k) as (select :first union all select k + 1 from n where k + 1 < :first + :count)
  select k, cast((k * 387420489 + 7919) % 999999937 + 1000000000 as text) from n;
"""

# Two or three phones each, all of the remessa. In the order of their keys, where a table has one: else the making would take most of the time.
FICHAS = """
insert into ficha(id_campanha, contrato, cpf_cnpj, nome, status, status_desde, carteira, produto, dias_atraso, qtd_parcelas_vencidas, valor_parcela,
    valor_atraso, uf, arquivo_id, linha)
  select 1, contrato, null, 'MARIA APARECIDA EXEMPLO ' || k, 'ATIVO', '2026-10-01', 'VEICULOS', 'CDC', 5 + k % 400, 1 + k % 5, 30000 + k % 97 * 1000,
    (1 + k % 5) * (30000 + k % 97 * 1000), 'SP', 1, k from numero order by k;
insert into telefone(contrato, ordem, origem, posicao, tipo, ddd, fone, score, arquivo_id, linha)
  select contrato, o.value, 'REMESSA', o.value, 'CELULAR', '11', cast(900000000 + (k * 7 + o.value * 12345678) % 99999999 as text),
    nullif(k % 101, 0), 1, k from numero, json_each('[1, 2, 3]') o where o.value <= 2 + k % 2 order by contrato, o.value;
"""

# What a remessa brings beside; of its 280 fields these few, so that five million rows have room.
REMESSAS = """
insert into remessa_assessoria(tipo_registro, contrato, nome, carteira, produto, dias_atraso, arquivo_id, linha)
  select '1', contrato, 'MARIA APARECIDA EXEMPLO ' || k, 'VEICULOS', 'CDC', 5 + k % 400, 1, k from numero order by k;
insert into atom_rule(job, rule) values('remessa', 'grava-remessa');
insert into atom_hash(rule, key, hash) select last_insert_rowid(), contrato, k * 7919 from numero order by contrato;
insert into endereco(contrato, ordem, origem, tipo, logradouro, numero, bairro, cidade, uf, cep, arquivo_id, linha)
  select contrato, 1, 'REMESSA', 'RESIDENCIAL', 'RUA DAS ACÁCIAS', k % 1000, 'CENTRO', 'CAMPINAS', 'SP', '13010000', 1, k from numero order by contrato;
insert into email(contrato, ordem, origem, tipo, email, arquivo_id, linha)
  select contrato, 1, 'REMESSA', 'EMAIL 1', 'cliente' || k || '@exemplo.com.br', 1, k from numero order by contrato;
insert into ficha_status(contrato, status, desde, regra, arquivo_id, linha)
  select contrato, 'ATIVO', '2026-10-01', 'remessa/alta', 1, k from numero order by k;
"""


def path_of(workspace):
    return os.path.join(workspace, "data", "base.db")


def opened(workspace):
    """For making only: nothing of it is synced, and nobody else is there."""
    db = sqlite3.connect(path_of(workspace), isolation_level=None)
    for pragma in ("journal_mode = delete", "synchronous = off", "cache_size = -1000000", "temp_store = file"):
        db.execute("pragma " + pragma)
    return db


def fill(db, first, count, remessas=False):
    """Fichas of the generator's contracts number first, first + 1, …"""
    create, insert = NUMBERS.strip().split(";\n", 1)
    db.execute("begin")
    db.execute(create)
    db.execute(insert.rstrip(";"), {"first": first, "count": count})
    for statement in (FICHAS + REMESSAS * remessas).strip().rstrip(";").split(";\n"):
        db.execute(statement)
    db.execute("commit")
    db.execute("drop table temp.numero")


def closed(db):
    db.execute("pragma journal_mode = wal")
    db.close()


def copied(template, workspace):
    """The workspace, with that base in place of its own. What is measured next must not wait for the copy's pages on their way to the disk."""
    shutil.copyfile(path_of(template), path_of(workspace))
    os.sync()
    return workspace


# ---- the base of phones, portfolio, mailing and files -------------------------------------------------------------------------------

DAY = "2026-11-03"


def phones_file(bench, count, share=1.0, hour="060000"):
    """A file of enrichment that names such a share of the first contracts; made once."""
    day = f"{DAY[8:]}{DAY[5:7]}{DAY[2:4]}"
    name = f"telefones_carteira_veic_{day}{hour}.csv"
    return bench.made(name, lambda path: bench.generate("telefones", path, "--contracts", count, "--day", DAY, "--share", share))


def fichas(bench, count):
    """A workspace with so many fichas, whose documents are those of phones_file(); made once."""
    return bench.made(f"fichas-{count}", lambda path: make_fichas(bench, path, count))


def make_fichas(bench, workspace, count):
    bench.init(workspace)
    db = opened(workspace)
    fill(db, 1, count)
    run = bench.run_atom(workspace, "query", "select contrato, cpf from e", "--file", phones_file(bench, bench.args.rows), "--layout", "telefones")
    if run.code != 0:
        raise Failed(f"atom query: {run.err[:2000]}")
    db.execute("create temp table documento(contrato text primary key, cpf text) without rowid")
    db.execute("begin")
    db.executemany("insert into documento values(?, ?)", (line.split("\t") for line in run.out.splitlines()[1:]))
    db.execute("update ficha set cpf_cnpj = d.cpf from documento d where d.contrato = ficha.contrato")
    db.execute("commit")
    closed(db)
