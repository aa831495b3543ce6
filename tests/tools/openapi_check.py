#!/usr/bin/env python3
"""/openapi.json of the shipped pack against a public validator of OpenAPI 3.1 (npm: @seriousme/openapi-schema-validator); what it says of a
call that takes several kinds of documents; and that docs/api.md, whose blocks are run, has each call of it as a curl.

    openapi_check.py --atom build/atom --tools build/openapi      the validator is installed there, once
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys

import npm

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "online"))
from served import same  # noqa: E402

VALIDATOR = "@seriousme/openapi-schema-validator@2.11.0"


def check_kinds(document):
    """Each kind of event says by which word it is told, and that the word must be there; days of users are a list."""
    kinds = document["paths"]["/api/webhook"]["post"]["requestBody"]["content"]["application/json"]["schema"]["anyOf"]
    told = [(k["title"], k["type"], k.get("properties", {}).get("webhook_type"), k.get("required")) for k in kinds]
    events = {"attendance": "attendance", "visitor": "visitor", "occurrence": "occurrence", "hsm": "hsm", "resumo": "resume_users"}
    same(told, [(name, "object", {"const": word}, ["webhook_type"]) for name, word in events.items()] + [("resumos", "array", None, None)], "kinds of events")


def check_manual(document):
    """The files of reports have one way of calling, which stands there for all."""
    page = (pathlib.Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
    curls = re.findall(r"^\$ curl (.*(?:\n> .*)*)", page, re.MULTILINE)

    def shows(curl, method, path):
        address = re.escape("$URL") + re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)) + '["?]'
        return re.search(address, curl) is not None and (" -d '" in curl) == (method == "post")
    calls = [(method, path) for path, methods in document["paths"].items() for method in methods if not path.startswith("/relatorios/")]
    same([call for call in calls if not any(shows(curl, *call) for curl in curls)], [], "calls without a curl in docs/api.md")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--atom", required=True)
    options.add_argument("--tools", required=True, type=pathlib.Path)
    args = options.parse_args()
    program = npm.installed(args.tools, VALIDATOR, "validate-api")
    document = args.tools / "openapi.json"
    subprocess.run([sys.executable, pathlib.Path(__file__).with_name("postman.py"), "--atom", args.atom, "--openapi", document], check=True)
    done = subprocess.run([program, document], capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        print(f"{document} is no valid OpenAPI 3.1:\n{done.stdout}{done.stderr}", file=sys.stderr)
        return done.returncode
    description = json.loads(document.read_text(encoding="utf-8"))
    check_kinds(description)
    check_manual(description)
    return 0


if __name__ == "__main__":
    sys.exit(main())
