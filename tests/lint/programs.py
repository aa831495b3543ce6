#!/usr/bin/env python3
"""Every program that ./dev, the tests and the packing call is in a Debian package that ./dev installs, or in what every Debian has.

The programs are read from the scripts: of Python files the lists that go to subprocess, of shell scripts, sessions and console blocks the first
word of each command, and what CMake's modules for the package look for. A machine that has a program by chance hides that nobody installs
it; this lint asks whose it is."""

import ast
import functools
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from lintlib import Finding, Sample, Tree, run

RUNS = {"run", "Popen", "check_output", "check_call", "call"}
CPACK_MODULES = "/usr/share/cmake-3.*/Modules/Internal/CPack"
BUILTINS = set(
    "alias bg break builtin case cd command compgen complete compopt continue coproc declare do done echo elif else esac eval exec exit export false fi"
    " fg for function getopts hash help if in jobs kill let local mapfile popd printf pushd pwd read readonly return select set shift shopt source"
    " test then time trap true type ulimit umask unalias unset until wait while".split())
OPENS = {"do", "else", "elif", "if", "then", "time", "until", "while", "!", "{", "(", "command", "exec"}  # a command follows
WRAPPERS = {"as_root", "sudo", "env", "xargs", "nohup", "timeout", "setsid", "unshare"}  # their own command is an argument
NAME = re.compile(r"[a-z][a-z0-9_.+-]*[a-z0-9+]|\[")
OURS = {"atom", "dev", "generate"}
IN_EVERY_CHECKOUT = {"git", "ca-certificates"}  # what it takes to have these files


# --- what is called --------------------------------------------------------------------------------------------------------


def python_calls(text: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in RUNS and node.args:
            words = node.args[0]
            if isinstance(words, ast.List) and words.elts and isinstance(words.elts[0], ast.Constant):
                yield words.lineno, words.elts[0].value


def without_here_documents(text: str) -> str:
    """The same lines; those of here-documents are empty."""
    out, ends = [], None
    for line in text.split("\n"):
        if ends is not None:
            out.append("")
            if line.strip() == ends:
                ends = None
            continue
        out.append(line)
        match = re.search(r"<<-?\s*[\"']?(\w+)[\"']?", line)
        if match and "<<<" not in line:
            ends = match[1]
    return "\n".join(out)


def functions_in(text: str) -> set[str]:
    return set(re.findall(r"(?:^|[;\s])(?:function\s+)?(\w+)\s*\(\)\s*[{(]", text))


def words_of(line: str) -> list[str]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars="();<>|&`")
    lexer.whitespace_split, lexer.commenters = True, "#"
    try:
        return list(lexer)
    except ValueError:  # a quote that a later line closes: nothing in it is a command of ours
        return []


def line_calls(line: str) -> Iterator[str]:
    """The first word of each command in a line of shell."""
    expected = True
    line = re.sub(r"\w+\+?=\([^()]*\)", "", re.sub(r"\$?\(\(.*?\)\)", "0", line))  # arrays and arithmetic hold no commands
    for inner in re.findall(r"\$\(([^()]*)\)", line):
        yield from line_calls(inner)
    for word in words_of(line):
        if re.fullmatch(r"[();|&`]+", word) or word in OPENS:
            expected = word != ")" and ";;" not in word
        elif not expected or re.fullmatch(r"\w+\+?=.*", word):
            continue
        else:
            expected = False
            if NAME.fullmatch(word):
                yield word


def shell_calls(text: str) -> Iterator[tuple[int, str]]:
    text = re.sub(r"\\\n", " \n", without_here_documents(text))
    defined = functions_in(text)
    inside = False  # an array, which holds words and no commands
    for number, line in enumerate(text.split("\n"), 1):
        if inside or re.match(r"\s*(?:readonly |local )?\w+=\($", line):
            inside = ")" not in line
            continue
        if re.match(r"\s*[^()\s][^()]*\)", line) and "$(" not in line.split(")")[0]:  # a pattern of a case
            line = line.split(")", 1)[1]
        for word in line_calls(line):
            if word not in defined:
                yield number, word


def session_calls(lines: list[str]) -> Iterator[tuple[int, str]]:
    defined = functions_in("\n".join(line for line in lines if line.startswith("$ ")))
    for number, line in enumerate(lines, 1):
        if line.startswith("$ "):
            for word in line_calls(line[2:]):
                if word not in defined:
                    yield number, word


def calls(tree: Tree) -> Iterator[tuple[str, int, str]]:
    for name in tree.files:
        if name in ("dev", ".ci/run") or name.endswith(".sh"):
            found = shell_calls(tree.text(name) or "")
        elif name.endswith(".py") and name.startswith(("tests/", "docs/")) and not name.startswith("tests/bench/"):
            found = python_calls(tree.text(name) or "")
        elif re.fullmatch(r"fixtures/[^/]+/session|README\.md|docs/.*\.md", name):
            found = session_calls(tree.lines(name))
        else:
            continue
        for number, word in found:
            if word not in BUILTINS | OURS | WRAPPERS and "/" not in word:
                yield name, number, word
    if "CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON" in (tree.text("CMakeLists.txt") or "" if tree.has("CMakeLists.txt") else ""):
        for module in sorted(Path("/").glob(CPACK_MODULES.lstrip("/") + "/CPackDeb.cmake")):
            for program in re.findall(r"find_program\(\w+ (?:NAMES )?([a-z-]+)\)", module.read_text(encoding="utf-8")):
                yield "CMakeLists.txt", 0, program


# --- whose it is -----------------------------------------------------------------------------------------------------------


def named_packages(tree: Tree) -> set[str]:
    match = re.search(r"^readonly packages=\((.*?)^\)", tree.text("dev") or "", re.M | re.S)
    return set(re.findall(r"[a-z0-9][a-z0-9.+-]+", re.sub(r"\$\(.*?\)|#.*", " npm ", match[1]))) if match else set()


@functools.cache
def always_there() -> set[str]:
    listed = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${Essential} ${Priority}\n"], capture_output=True, text=True, check=True).stdout
    return {line.split()[0] for line in listed.splitlines() if line.split()[1:] and (line.split()[1] == "yes" or line.split()[-1] == "required")}


@functools.cache
def with_what_they_need(packages: frozenset[str]) -> frozenset[str]:
    options = [f"--no-{kind}" for kind in ("recommends", "suggests", "conflicts", "breaks", "replaces", "enhances")]
    listed = subprocess.run(["apt-cache", "depends", "--recurse", *options, *sorted(packages)], capture_output=True, text=True, check=False).stdout
    return packages | set(re.findall(r"^(?:\s+\|?(?:Pre)?Depends: |)<?([a-z0-9][a-z0-9.+-]+)", listed, re.M))


def owners(programs: set[str]) -> dict[str, set[str]]:
    """The packages that have each program; none: it is not Debian's, or not here."""
    program_at = {}
    for program in programs:
        path = shutil.which(program)
        for p in {path, str(Path(path).resolve())} if path else ():
            program_at |= {place: program for place in (p, p.removeprefix("/usr"), "/usr" + p)}
    said = subprocess.run(["dpkg-query", "-S", *sorted(program_at), "/"], capture_output=True, text=True, check=False).stdout
    found: dict[str, set[str]] = {program: set() for program in programs}
    for line in said.splitlines():
        packages, _, path = line.rpartition(": ")
        if path in program_at and not line.startswith("diversion"):
            found[program_at[path]] |= {package.split(":")[0] for package in packages.split(", ")}
    return found


def check(tree: Tree) -> Iterator[Finding]:
    named = named_packages(tree)
    there = with_what_they_need(frozenset(named | IN_EVERY_CHECKOUT)) | always_there()
    called = {}
    for name, line, program in calls(tree):
        called.setdefault(program, (name, line))
    for program, packages in owners(set(called) - named).items():
        if not packages & there:
            whose = f"package {', '.join(sorted(packages))}, which ./dev does not install" if packages else "no package that is here"
            yield Finding(*called[program], f"calls {program}, of {whose}")


DEV = "#!/bin/bash\nreadonly packages=(\n    coreutils sed # basics\n)\nhelp() { echo; }\nhelp\nls | sort && sed p\n"
SAMPLES = [
    Sample("what there is", {"dev": DEV, "tests/a.py": "import subprocess\nsubprocess.run(['ls', '-l'], check=True)\n"}),
    Sample("a script", {"dev": DEV + "if true; then no-such-program x; fi\n"}, ("dev:8",)),
    Sample("behind a pipe, in a substitution", {"dev": DEV + "ls | no-such-one\nx=$(no-such-two)\n"}, ("dev:8", "dev:9")),
    Sample("Python", {"dev": DEV, "tests/a.py": "import subprocess\n\nsubprocess.check_output(['no-such-program'])\n"}, ("tests/a.py:3",)),
    Sample("a session", {"dev": DEV, "fixtures/a/session": "$ ls\nno-such-output\n$ cat x | no-such-program\n"}, ("fixtures/a/session:3",)),
    Sample("words that are no commands", {"dev": DEV + "cat <<END\nno-such-text\nEND\ncase x in\n    no-such-pattern) ls ;;\nesac\na=(\n    no-such-word\n)\n"}),
]

if __name__ == "__main__":
    run(__doc__, check, SAMPLES)
