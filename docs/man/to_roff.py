#!/usr/bin/env python3
"""to_roff.py IN.md OUT: a man page from the Markdown that pandoc's man writer takes, as far as the pages here use it: the three `%` lines, `#`
headings, paragraphs, `term` / `:   text` lists, indented code, **bold**, *italic*, `\\` at a line's end. Gzipped if OUT ends in .gz."""

import gzip
import re
import sys


def inline(text):
    text = text.replace("\\*", "\0").replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("\0", "\1")
    text = re.sub(r"\*\*(.+?)\*\*", r"\\fB\1\\fR", text)
    text = re.sub(r"\*(.+?)\*", r"\\fI\1\\fR", text)
    return text.replace("\1", "*").replace("`", "")


def guarded(line):
    return "\\&" + line if line[:1] in (".", "'") else line


def title(lines):
    name, section, rest = re.match(r"% (\w+)\((\d)\) ([^|]*)\|", lines[0]).groups()
    return f'.TH "{name}" "{section}" "{lines[2].lstrip("% ").strip()}" "{rest.strip()}"'


def convert(source):
    lines = source.split("\n")
    out, i = [title(lines)], 3
    while i < len(lines):
        line = lines[i]
        following = lines[i + 1] if i + 1 < len(lines) else ""
        if line.startswith("# "):
            out.append(".SH " + inline(line[2:]))
        elif following.startswith(":   "):
            out += [".TP", guarded(inline(line)), guarded(inline(following[4:]))]
            i += 1
        elif line.startswith("    ") and out[-1] != ".TP":
            code = []
            while i < len(lines) and lines[i].startswith("    "):
                code.append(guarded(lines[i][4:].replace("\\", "\\e").replace("-", "\\-")))
                i += 1
            out += [".PP", ".RS 4", ".nf", *code, ".fi", ".RE"]
            continue
        elif line.strip():
            out.append(".PP")
            while i < len(lines) and lines[i].strip():
                forced = lines[i].endswith("\\")
                out.append(guarded(inline(lines[i].rstrip("\\"))))
                out += [".br"] if forced else []
                i += 1
            continue
        i += 1
    return "\n".join(out) + "\n"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        page = convert(file.read()).encode()
    if sys.argv[2].endswith(".gz"):
        page = gzip.compress(page, mtime=0)
    with open(sys.argv[2], "wb") as file:
        file.write(page)


if __name__ == "__main__":
    main()
