#!/usr/bin/env python3
"""No file of engine/ or cmd/ over 450 lines, no function over 80 (aims, which are lower, are in CONTRIBUTING.md)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lintlib import Finding, Sample, Tree, run

FILE_LINES = 450
FUNCTION_LINES = 80

# Comments and literals, which may hold braces. A raw string, a block comment, a line comment, a string, a character.
NOT_CODE = re.compile(
    r'R"(?P<end>[^()\\\s]{0,16})\(.*?\)(?P=end)"|/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|(?<![0-9A-Fa-f])\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)
NAMESPACE = re.compile(r"^\s*(?:inline\s+)?(?:namespace\b|extern\s*$)")
TYPE = re.compile(r"^\s*(?:template\s*<.*>\s*)?(?:typedef\s+)?(?:class|struct|union|enum)\b", re.DOTALL)


@dataclass(frozen=True)
class Function:
    first: int  # line of its head, 1-based
    last: int
    name: str


def blanked(text: str) -> str:
    """The text with comments, literals and preprocessor lines blanked out; lines stay where they are."""
    text = NOT_CODE.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: re.sub(r"[^\n]", " ", m[0]), text, flags=re.MULTILINE)


def kind_of(head: str) -> str:
    """What a brace opens, by the text before it."""
    if NAMESPACE.match(head):
        return "outer"
    if TYPE.match(head) and not re.search(r"\)\s*(?:const|noexcept|override|final|\s)*$", head):
        return "outer"
    return "function" if ")" in head else "other"


def functions(text: str) -> Iterator[Function]:
    """Every function that stands in no other one. A brace counter: it takes a lambda at file scope for a function."""
    code = blanked(text)
    stack: list[tuple[str, int, str]] = []  # kind, line, head
    head_start = 0
    for match in re.finditer(r"[{};]", code):
        at = match.start()
        inside = any(kind != "outer" for kind, _, _ in stack)
        if match[0] == "{":
            head = code[head_start:at]
            first = code.count("\n", 0, head_start + len(head) - len(head.lstrip())) + 1
            stack.append(("inner" if inside else kind_of(head), first, head))
        elif match[0] == "}" and stack:
            kind, first, head = stack.pop()
            if kind == "function":
                yield Function(first, code.count("\n", 0, at) + 1, " ".join(head.split()))
        head_start = at + 1


def check(tree: Tree) -> Iterator[Finding]:
    for name in tree.under("engine", "cmd", suffixes=(".cpp", ".hpp", ".h", ".cc", ".ipp")):
        text = tree.text(name) or ""
        lines = text.count("\n")
        if lines > FILE_LINES:
            yield Finding(name, lines, f"a file of {lines} lines; at most {FILE_LINES}: perhaps it is two")
        for function in functions(text):
            length = function.last - function.first + 1
            if length > FUNCTION_LINES:
                yield Finding(name, function.first, f"a function of {length} lines; at most {FUNCTION_LINES}: {function.name[:80]}")


def _body(lines: int) -> str:
    return "{\n" + "    x();\n" * (lines - 2) + "}\n"


SAMPLES = [
    Sample("within bounds", {
        "engine/job/a.cpp": "namespace atom {\nint f(int a) const\n" + _body(79) + "}\n",
        "engine/job/b.cpp": "x;\n" * 450,
        "engine/job/c.cpp": "namespace {\nint const k_table[] = " + _body(120)[:-1] + ";\n}\nstruct A : B\n{\n" + "    int a;\n" * 100 + "};\n",
        "engine/job/d.cpp": 'void f()\n{\n    s = R"({{{)"; t = "{{"; c = \'{\'; // {{{\n}\nvoid g()\n{\n}\n' + "int a;\n" * 90,
        "tests/unit/a.cpp": "void f()\n" + _body(200)}),
    Sample("a long file", {"cmd/a.hpp": "x;\n" * 451}, ("cmd/a.hpp:451",)),
    Sample("long functions", {
        "engine/job/a.cpp": "namespace atom {\nint f()\n" + _body(80) + "}\n",
        "engine/job/b.cpp": "struct A\n{\n    void small() {}\n    void f() " + _body(81) + "};\n",
        "engine/job/c.cpp": "A::A(int a) : m_a{a}, m_b(a)\n" + _body(81) + "template <typename T> struct B get()\n" + _body(81)},
        ("engine/job/a.cpp:2", "engine/job/b.cpp:4", "engine/job/c.cpp:1", "engine/job/c.cpp:83")),
    Sample("blocks and lambdas count for the function around them", {
        "cmd/a.cpp": "int x;\nvoid f()\n{\n    auto g = [&](int a) {\n" + "        y();\n" * 40 + "    };\n    if (a) {\n" + "        y();\n" * 40 + "    }\n}\n"},
        ("cmd/a.cpp:2",)),
]

if __name__ == "__main__":
    run(__doc__, check, SAMPLES)
