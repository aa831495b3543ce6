#!/usr/bin/env python3
"""wrk on loopback for a second, against a call that needs no token and one that reads a client and leaves a trail: all is answered, and well.

    load.py --atom build/atom      no speed is asked for: tests/bench/online.py measures
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from served import Served, same

CONNECTIONS = 32
# a status over 399 counts as an error
SUMMARY = """done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('\\nsummary {"requests": %d, "connect": %d, "read": %d, "write": %d, "timeout": %d, "status": %d}\\n',
    summary.requests, e.connect, e.read, e.write, e.timeout, e.status))
end
"""


def loaded(server, script, path, token):
    command = ["wrk", "--threads", "2", "--connections", str(CONNECTIONS), "--duration", "1s", "--timeout", "60s", "--script", script,
               "--header", "Authorization: Bearer " + server.tokens[token], f"http://127.0.0.1:{server.port}{path}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    summary = json.loads(next(line for line in done.stdout.splitlines() if line.startswith("summary ")).removeprefix("summary "))
    requests = summary.pop("requests")
    same(summary, dict.fromkeys(summary, 0), f"{path}: errors")
    same(requests > 0, True, f"{path}: requests")
    return requests


def check(server, script):
    loaded(server, script, "/health", "ana")
    answered = loaded(server, script, "/api/ConsultaCliente?idCrm=2", "ana")
    trail = server.online("select count(*) from trilha where quem = 'ana' and chamada = 'ConsultaCliente' and chave = '900200'")[0][0]
    same(answered <= trail <= answered + CONNECTIONS, True, f"each answer left its trail: {answered} answers, {trail} rows")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--atom", required=True)
    options = parser.parse_args()
    with Served(options.atom) as server, tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(SUMMARY)
        script.flush()
        check(server, script.name)
        same(server.stop(), 0, "SIGTERM ends it well")
        same(Path(server.log).read_text(encoding="utf-8"), "", "the log")
    return 0


if __name__ == "__main__":
    sys.exit(main())
