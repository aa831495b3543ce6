#!/usr/bin/env python3
"""No word of the domain stands in engine/ or cmd/: another business is another pack (tests/lint/domain_words.txt)."""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from lintlib import Finding, Sample, Tree, run

LIST = Path(__file__).with_name("domain_words.txt")
# The words of an identifier, a name or a sentence: HTTPServer → HTTP Server, fichaStatus → ficha Status, ficha_status → ficha status.
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def domain_words() -> set[str]:
    lines = (line.strip() for line in LIST.read_text(encoding="utf-8").splitlines())
    return {line for line in lines if line and not line.startswith("#")}


def without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def found_in(text: str, words: set[str]) -> list[str]:
    found = []
    for word in WORD.findall(without_accents(text)):
        lower = word.lower()
        if lower in words or (lower.endswith("s") and lower[:-1] in words):
            found.append(word)
    return found


def check(tree: Tree) -> Iterator[Finding]:
    words = domain_words()
    for name in tree.under("engine", "cmd"):
        for word in found_in(name, words):
            yield Finding(name, 0, f"'{word}' in the file's name is a word of the domain: it belongs in layouts/ or jobs/")
        for number, line in enumerate(tree.lines(name), 1):
            for word in found_in(line, words):
                yield Finding(name, number, f"'{word}' is a word of the domain: it belongs in layouts/ or jobs/")


SAMPLES = [
    Sample("the engine's own words", {
        "engine/job/a.cpp": "// a CPF, a phone (fone, telefone), a bank day, a refined balance of the altar, fichario\nint linha = rule(arquivo_id);\n",
        "jobs/ficha.toml": 'upsert = "ficha"\n'}),
    Sample("in code, comments and strings", {
        "engine/job/a.cpp": 'int ficha = 1;\n// the contrato\nauto s = "select * from ficha_status";\nrun("grava-ficha");\nstruct FichaStatus;\nint x;\n'},
        tuple(f"engine/job/a.cpp:{n}" for n in (1, 2, 3, 4, 5))),
    Sample("upper case, accents, plurals, one word that is short", {
        "cmd/a.cpp": "// BATIMENTO\n// tabulação\n// parcelas\n// em alta\nint k_refinOffer;\n// PARCELA_REFIN\n"},
        ("cmd/a.cpp:1", "cmd/a.cpp:2", "cmd/a.cpp:3", "cmd/a.cpp:4", "cmd/a.cpp:5", "cmd/a.cpp:6", "cmd/a.cpp:6")),
    Sample("file names", {"engine/export/mailing_writer.cpp": "\n"}, ("engine/export/mailing_writer.cpp",)),
]

if __name__ == "__main__":
    run(__doc__, check, SAMPLES)
