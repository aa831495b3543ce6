"""batimento: as many shuffled keys as there are active fichas, one in a hundred missing, against one SQL statement; and a tenth of it

The rival (bare.c) puts the keys of the same file into a temporary table by one prepared insert, makes an index, and closes what is not named by
one update with `not exists`: it checks no value, no key, no share of what it closes, and keeps no history.
"""

import os
import random
import sqlite3

import base
from measure import Failed

NAME = "bat_carteira_veic_03112026_528.csv"


def write_keys(workspace, path):
    """How many it names."""
    db = sqlite3.connect(base.path_of(workspace))
    named = [contract for (contract,) in db.execute("select contrato from ficha where id_crm % 100 <> 0")]
    db.close()
    random.Random(1).shuffle(named)
    with open(path, "w", encoding="utf-8") as file:
        file.write("CONTRATO;PRIMEIRA_PARC_AB;DATA_ENVIO;CARTEIRA;COD_ASSESSORIA;NOME_ASSESSORIA;PRODUTO;DIAS_ATRASO\n")
        file.writelines(f"{contract};21;03/11/2026;VEICULOS;528;ASSESSORIA EXEMPLO;CDC;90\n" for contract in named)
    return len(named)


def require_closed(workspace, count):
    db = sqlite3.connect(base.path_of(workspace))
    (closed,) = db.execute("select count(*) from ficha where status = 'TODOS CONTRATOS BAIXADOS'").fetchone()
    db.close()
    if closed != count // 100:
        raise Failed(f"{closed} fichas of {count} were closed")


def measure_size(bench, count, names):
    template = base.fichas(bench, count)
    path = os.path.join(bench.folder(f"file-{count}"), NAME)
    named = write_keys(template, path)
    for _ in bench.rounds():
        w = base.copied(template, bench.workspace("bare"))
        bench.rival(names[0], bench.args.bare, "portfolio", path, base.path_of(w))
        require_closed(w, count)
        w = base.copied(template, bench.workspace("job"))
        bench.keep(names[1], bench.imported(w, path, named, "--release"))
        require_closed(w, count)


def measure(bench):
    measure_size(bench, bench.args.rows // 10, ("one SQL statement, a tenth", "batimento, a tenth"))
    measure_size(bench, bench.args.rows, ("one SQL statement", "batimento"))


def rows(bench):
    return [
        bench.row("one SQL statement, keys and index", "one SQL statement"),
        bench.speed("batimento", "batimento", "one SQL statement", 0.8),
        bench.time("batimento, ten times the keys", "batimento", "batimento, a tenth", 14),
    ]
