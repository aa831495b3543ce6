#!/usr/bin/env python3
"""The Postman collection of docs/, run by newman (npm) against a server: every call gets its status, and an answer of the type that it says.

    newman.py --atom build/atom --tools build/newman      newman is installed there, once
"""

import argparse
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "online"))
import npm  # noqa: E402
from postman import COLLECTION  # noqa: E402
from served import Served, same  # noqa: E402

NEWMAN = "newman@6.2.2"


# What the collection's own examples get of the seeded base: 422 where an example is not one that the pack takes (an e-mail of no letters).
WANTED = {
    "AtualizarProposta": 422, "ConsultaCliente": 422, "InclusaoTelefone": 422, "InsertEmail": 422, "InsertEndereco": 422, "InsertTabulacao": 201,
    "ListagemTabulacoesCampanha": 422, "Workflow": 200, "WorkflowItem": 404, "WorkflowStatus": 404,
    "webhook attendance": 200, "webhook visitor": 200, "webhook occurrence": 200, "webhook hsm": 200, "webhook resumo": 200, "webhook resumos": 200,
    "relatorio-arquivo": 422, "relatorio-cliente": 200, "relatorio-dia": 200, "relatorio-fila": 200, "relatorio-item": 422, "relatorio-recusas": 200,
    "health": 200, "metrics": 200, "openapi": 200,
}


def statuses(report):
    """Of each call, by its name as far as the colon."""
    runs = json.loads(report.read_text(encoding="utf-8"))["run"]["executions"]
    return {run["item"]["name"].split(":")[0]: run["response"]["code"] for run in runs}


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--atom", required=True)
    options.add_argument("--tools", required=True, type=pathlib.Path)
    args = options.parse_args()
    program = npm.installed(args.tools, NEWMAN, "newman")
    report = args.tools / "report.json"
    with Served(args.atom) as server:
        token = server.token("newman", "portal,webhook,backoffice,ops")
        command = [program, "run", COLLECTION, "--env-var", f"baseUrl=http://127.0.0.1:{server.port}", "--env-var", f"token={token}",
                   "--reporters", "cli,json", "--reporter-json-export", report]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        print(done.stdout + done.stderr, file=sys.stderr)
        return done.returncode
    same(statuses(report), WANTED, "the status of each call")
    return 0


if __name__ == "__main__":
    sys.exit(main())
