#!/usr/bin/env python3
"""Makes the fixed-width input files of the cases from a text that can be read.

    make_lines.py fixtures/CASE…            writes each fixtures/CASE/FOLDER/NAME that CASE/lines/FOLDER/NAME describes
    make_lines.py --check fixtures/CASE…    exit 1 if a file is not what its description makes

A description begins with `layout NAME`, a table of tests/tools/tables; `lf` behind it: lines end in LF, not CRLF. Then a line of the file
a line, of words as a shell reads them:
    field=value          text to the left; numbers, documents and the contract to the right, zero-filled; a decimal with its point;
                         a date YYYY-MM-DD
    field:=text          these characters as they are, blank-filled
    fone1=TIPO/DDD/NUMERO          the three fields of a phone
    every=N              every field has a value of its own, made of its number and N
    cut=N, add=TEXT      the line loses N bytes at its end, or gets more
    at=N:TEXT            these characters at this byte of the line
    raw=TEXT             nothing but this text;  open: no line end
`layout NAME` again: the lines after it are of that table. `with …` gives words for all lines after it; a
blank at the beginning of a line continues the one before; `#` begins a comment.
"""

import csv
import re
import shlex
import sys
from pathlib import Path

TABLES = Path(__file__).resolve().parent / "tables"


def table(name: str) -> dict[str, tuple[int, int, str, int]]:
    with (TABLES / f"{name}.csv").open(newline="") as file:
        return {r["name"]: (int(r["at"]) - 1, int(r["len"]), r["type"], int(r["scale"] or 0)) for r in csv.DictReader(file)}


def filled(value: str, size: int, kind: str, scale: int) -> str:
    if kind == "decimal":
        whole, _, cents = value.partition(".")
        value = whole + cents.ljust(scale, "0")
    if kind == "date":
        value = value.replace("-", "")
    out = value.ljust(size) if kind == "text" else value.rjust(size, "0")
    if len(out) > size:
        sys.exit(f"{value!r} has no room in {size} bytes")
    return out


def value_for(number: int, salt: int, size: int, kind: str) -> str:
    """A value that no other field of the line has, as far as its size lets it."""
    if kind == "date":
        return f"{1990 + (number + salt) % 30}{1 + number % 12:02}{1 + number % 28:02}"
    if kind == "document":
        return "11144477735"
    if kind != "text":
        return str((number * 7 + salt) % 10 ** (size - 1))
    return f"F{number} Ç{salt}"[:size].rstrip() if size > 2 else "ABCDEFGHIJ"[(number + salt) % 10] * size


def line_of(fields: dict[str, tuple[int, int, str, int]], words: list[str]) -> tuple[bytes, bool]:
    length = max(at + size for at, size, *_ in fields.values())
    text = [" "] * length
    ended, tail = True, []

    def put(at: int, what: str) -> None:
        text[at : at + len(what)] = what

    for at, size, kind, scale in fields.values():
        put(at, filled("", size, kind, scale))
    if "tipo_registro" in fields:
        put(0, "1")
    for word in words:
        match = re.fullmatch(r"(\w+)(:?=)(.*)", word, re.DOTALL)
        name, how, value = match.groups() if match else (word, "", "")
        if name == "open":
            ended = False
        elif name in ("cut", "add", "raw"):
            tail.append((name, value))
        elif name == "at":
            place, _, what = value.partition(":")
            put(int(place) - 1, what)
        elif name == "every":
            for number, (at, size, kind, scale) in enumerate(fields.values(), 1):
                put(at, "1" if (at, size) == (0, 1) else filled(value_for(number, int(value), size, kind), size, kind, scale))
        elif re.fullmatch(r"fone[1-8]", name):
            for part, what in zip(("tipo", "ddd", "numero"), value.split("/"), strict=True):
                at, size, _, _ = fields[f"{name}_{part}"]
                put(at, what.ljust(size))
        elif name in fields:
            at, size, kind, scale = fields[name]
            value = value.zfill(size) if name == "contrato" and how == "=" and value.isdigit() else value
            put(at, value.ljust(size) if how == ":=" else filled(value, size, kind, scale))
        else:
            sys.exit(f"what is {word!r}?")
    line = "".join(text)
    for name, value in tail:
        line = line[: -int(value)] if name == "cut" else line + value if name == "add" else value
    return line.encode("iso-8859-1"), ended


def made(description: str) -> bytes:
    joined = re.sub(r"\n[ \t]+", " ", description)
    rows = [words for line in joined.split("\n") if (words := shlex.split(line, comments=True))]
    if not rows or rows[0][0] != "layout":
        sys.exit("a description begins with `layout NAME`")
    fields, end = table(rows[0][1]), b"\n" if "lf" in rows[0] else b"\r\n"
    out, common = b"", []
    for words in rows[1:]:
        if words[0] == "with":
            common = words[1:]
            continue
        if words[0] == "layout":
            fields, common = table(words[1]), []
            continue
        line, ended = line_of(fields, common + words)
        out += line + (end if ended else b"")
    return out


def main() -> int:
    words = sys.argv[1:]
    check = words[:1] == ["--check"]
    failed = 0
    for case in map(Path, words[check:]):
        for source in sorted((case / "lines").rglob("*")):
            if not source.is_file():
                continue
            target = case / source.relative_to(case / "lines")
            data = made(source.read_text(encoding="utf-8"))
            if not check:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
            elif not target.is_file() or target.read_bytes() != data:
                failed = 1
                print(f"{target}: is not what {source} makes")
    return failed


if __name__ == "__main__":
    sys.exit(main())
