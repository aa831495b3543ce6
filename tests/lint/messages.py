#!/usr/bin/env python3
"""Each text that a console is told has its Portuguese: what stands in tr() and say(), summaries, helps, options, headings and statuses.

engine/base/portuguese.cpp is the table. Nothing is missing there, nothing is left over, and a translation has its text's places, {} by {}.
"""

import re
from collections.abc import Iterator

from lintlib import Finding, Sample, Tree, run

TABLE = "engine/base/portuguese.cpp"
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
# Words that stand in cells: statuses, events, verbs, requests.
WORDS = ("seen fetching waiting held running interrupted done failed duplicate unmatched removed overdue kept_back written rejected warned sent now "
         "full delta inserted updated deleted retry approve release ok off note wrong refused unknown gone").split()


def groups(code: str) -> list[str]:
    """The string literals of a piece of code, those with nothing but blanks between as one."""
    out, end = [], -1
    for m in LITERAL.finditer(code):
        text = m[1].replace("\\n", "\n").replace('\\"', '"').replace("\\\\", "\\")
        if out and end >= 0 and not code[end:m.start()].strip():
            out[-1] += text
        else:
            out.append(text)
        end = m.end()
    return out


def arguments(code: str, at: int) -> list[str]:
    """The arguments of a call or of a list whose bracket is code[at]."""
    depth, begin, out, i = 0, at + 1, [], at
    while i < len(code):
        m = LITERAL.match(code, i)
        if m:
            i = m.end()
            continue
        if code[i] in "([{":
            depth += 1
        elif code[i] in ")]}":
            depth -= 1
            if depth == 0:
                return out + [code[begin:i]]
        elif code[i] == "," and depth == 1:
            out.append(code[begin:i])
            begin = i + 1
        i += 1
    return out


def without_comments(code: str) -> str:
    return re.sub(r'("(?:[^"\\\n]|\\.)*")|//[^\n]*', lambda m: m[1] or "", code)


def texts_of(code: str) -> Iterator[tuple[int, str]]:
    """Where (an offset), and what is told."""
    for m in re.finditer(r"\b(tr|say)\(", code):
        given = arguments(code, m.end() - 1)
        for text in groups(given[0] if given else "")[:1 if m[1] == "say" else None]:
            yield m.start(), text
    for m in re.finditer(r"Command const k_\w+ = {", code):
        for part in arguments(code, m.end() - 1)[2:4]:
            yield from ((m.start(), text) for text in groups(part))
    for m in re.finditer(r"add_options\(\)\(", code):
        yield from ((m.start(), text) for text in groups(arguments(code, m.end() - 1)[-1]))
    for m in re.finditer(r"\bTable \w+\({", code):
        yield from ((m.start(), text) for part in arguments(code, m.end() - 1) for text in groups(part))
    for m in re.finditer(r'print_options\("', code):
        yield from ((m.start(), text) for text in groups(arguments(code, m.end() - 2)[0]))


def table(code: str) -> list[tuple[int, str, str]]:
    out = []
    start = code.find("k_texts[] = {")
    for m in re.finditer(r'\n    {', code[start:]):
        pair = [groups(part) for part in arguments(code, start + m.end() - 1)]
        if len(pair) == 2 and all(len(p) == 1 for p in pair):
            out.append((code.count("\n", 0, start + m.end()) + 1, pair[0][0], pair[1][0]))
    return out


def places(text: str) -> list[str]:
    return sorted(re.findall(r"{(?:\d*:)?[^}]*}", re.sub(r"{\d+(:?)", r"{\1", text)))


def check(tree: Tree) -> Iterator[Finding]:
    if not tree.has(TABLE):
        return
    known = table(tree.text(TABLE) or "")
    translated = {english for _, english, _ in known}
    used = set(WORDS)
    for name in tree.under("engine", "cmd", suffixes=(".cpp", ".hpp")):
        if name in (TABLE, "engine/base/language.hpp"):
            continue
        code = without_comments(tree.text(name) or "")
        for at, text in texts_of(code):
            used.add(text)
            if text not in translated:
                yield Finding(name, code.count("\n", 0, at) + 1, f"no Portuguese for: {text!r}")
    for word in WORDS:
        if word not in translated:
            yield Finding(TABLE, 0, f"no Portuguese for: {word!r}")
    seen: set[str] = set()
    for line, english, portuguese in known:
        if english not in used:
            yield Finding(TABLE, line, f"nobody says: {english!r}")
        if english in seen:
            yield Finding(TABLE, line, f"stands twice: {english!r}")
        seen.add(english)
        if places(english) != places(portuguese):
            yield Finding(TABLE, line, f"other places than its text: {portuguese!r}")


def _words() -> str:
    return "".join(f'    {{"{word}", "x"}},\n' for word in WORDS)


def _table(*pairs: str) -> str:
    return "constexpr Translation k_texts[] = {\n" + _words() + "".join(f"    {{{p}}},\n" for p in pairs) + "};\n"


SAMPLES = [
    Sample("all is translated", {
        "cmd/a.cpp": 'auto x = say("{} of "\n    "{}", 1, "no text"); y = tr(z ? "yes" : "no");\n',
        TABLE: _table('"{} of {}", "{1} de {0}"', '"yes", "sim"', '"no", "não"')}),
    Sample("missing, left over, twice, other places", {
        "cmd/a.cpp": '// tr("a comment")\nsay("quite gone");\no.add_options()("x", po::bool_switch(), "does x");\nTable t({"head"});\n'
                     'Command const k_x = {"x", "ARG", "sums up", "helps", options, run};\n',
        TABLE: _table('"old", "velho"', '"head", "a"', '"head", "b"', '"does x", "faz {}"')},
        ("cmd/a.cpp:2", "cmd/a.cpp:5", "cmd/a.cpp:5", f"{TABLE}:{len(WORDS) + 2}", f"{TABLE}:{len(WORDS) + 4}", f"{TABLE}:{len(WORDS) + 5}")),
]

if __name__ == "__main__":
    run(__doc__, check, SAMPLES)
