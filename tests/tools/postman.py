#!/usr/bin/env python3
"""The Postman collection of the shipped pack's calls, made from what `atom serve` says of itself at /openapi.json.

    postman.py --atom build/atom            fails if docs/postman/ is out of date
    postman.py --atom build/atom --update   writes it
    postman.py --atom build/atom --openapi FILE   writes the OpenAPI document itself, for a validator
"""

import argparse
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "online"))
from served import Served  # noqa: E402

COLLECTION = pathlib.Path(__file__).resolve().parents[2] / "docs" / "postman" / "atom.postman_collection.json"
TEST = ["pm.test('is answered', () => pm.expect(pm.response.code).to.be.below(500));",
        "pm.test('is JSON, or text', () => pm.response.headers.get('Content-Type').includes('json') ? pm.response.json() : pm.response.text());"]


def example(schema):
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "object":
        return {name: example(part) for name, part in schema.get("properties", {}).items()}
    if kind == "array":
        return [example(schema.get("items", {}))]
    if kind == "string":
        return {"date": "2026-11-03", "time": "10:00:00"}.get(schema.get("format"), "")
    return {"integer": 1, "number": 0, "boolean": False}.get(kind)


def calls(path, method, operation):
    """One, or one for each kind of document that the body may be."""
    if "requestBody" not in operation:
        return [request(path, method, operation)]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    kinds = schema.get("anyOf", [])
    return [request(path, method, operation, kind, " " + kind["title"]) for kind in kinds] or [request(path, method, operation, schema)]


def request(path, method, operation, schema=None, kind=""):
    parameters = operation.get("parameters", [])
    parts = [":" + part[1:-1] if part.startswith("{") else part for part in path.strip("/").split("/")]
    query = [{"key": p["name"], "value": "", "disabled": not p["required"]} for p in parameters if p["in"] == "query"]
    variables = [{"key": p["name"], "value": "1"} for p in parameters if p["in"] == "path"]
    out = {"method": method.upper(), "header": [], "url": {"raw": "{{baseUrl}}/" + "/".join(parts), "host": ["{{baseUrl}}"], "path": parts}}
    if query:
        out["url"]["query"] = query
    if variables:
        out["url"]["variable"] = variables
    if schema:
        out["header"].append({"key": "Content-Type", "value": "application/json"})
        out["body"] = {"mode": "raw", "raw": json.dumps(example(schema), ensure_ascii=False, indent=2)}
    if operation.get("security") == []:
        out["auth"] = {"type": "noauth"}
    return {"name": f"{operation['operationId']}{kind}: {operation['summary']}", "request": out,
            "event": [{"listen": "test", "script": {"type": "text/javascript", "exec": TEST}}]}


def collection(document):
    folders = {tag["name"]: [] for tag in document["tags"]}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            folders[operation["tags"][0]] += calls(path, method, operation)
    return {
        "info": {"name": "atom", "description": "Made by tests/tools/postman.py from /openapi.json; change the pack, not this file.",
                 "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{token}}", "type": "string"}]},
        "variable": [{"key": "baseUrl", "value": "http://127.0.0.1:8080"}, {"key": "token", "value": ""}],
        "item": [{"name": name, "item": items} for name, items in folders.items()],
    }


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--atom", required=True)
    options.add_argument("--update", action="store_true")
    options.add_argument("--openapi", type=pathlib.Path)
    args = options.parse_args()
    with Served(args.atom) as server:
        document = server.get("/openapi.json").json
    if args.openapi:
        args.openapi.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        return 0
    text = json.dumps(collection(document), ensure_ascii=False, indent=2) + "\n"
    if args.update:
        COLLECTION.parent.mkdir(exist_ok=True)
        COLLECTION.write_text(text, encoding="utf-8")
    elif not COLLECTION.exists() or COLLECTION.read_text(encoding="utf-8") != text:
        print(f"{COLLECTION.name} is out of date: python3 tests/tools/postman.py --atom build/atom --update", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
