#!/usr/bin/env python3
"""Runs every ```console block of README.md and docs/ as written: what the manual shows is what the program does.

    run_blocks.py --atom build/atom [PAGE…]     all blocks of a page in one shell and one sandbox, in order; format: docs/testing.md
    run_blocks.py --atom build/atom --update …  rewrites the shown output from what happened: read the diff, never trust it

A sandbox begins with the repository's fixtures/, layouts/ and jobs/, as if one stood in a clone of it. `./dev` commands are not run,
only checked to be real; they show no output. A `$ ` line or an `atom` command in any other kind of block is a fault: nothing would run it.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "golden"))
from session import Outcome, Session, SessionError, Shell, differences, parse  # noqa: E402

FENCE = re.compile(r"^( {0,3})(```+)\s*(.*?)\s*$")
SHELLS = ("sh", "bash", "shell", "zsh", "shell-session", "sh-session", "terminal")


@dataclass
class Block:
    first: int  # 1-based line of its text
    last: int  # one past the last
    language: str
    text: str


def blocks_of(page: Path) -> list[Block]:
    blocks: list[Block] = []
    lines = page.read_bytes().decode("utf-8").split("\n")
    opened: tuple[int, str, str] | None = None
    for number, line in enumerate(lines, 1):
        fence = FENCE.match(line)
        if fence and opened is None:
            opened = (number, fence[2], fence[3])
        elif fence and opened and fence[2].startswith(opened[1]) and not fence[3]:
            start = opened[0]
            blocks.append(Block(start + 1, number, opened[2], "".join(text + "\n" for text in lines[start:number - 1])))
            opened = None
    if opened:
        raise SessionError(f"{page}:{opened[0]}: the block has no end")
    return blocks


def never_run(page: Path, block: Block) -> list[str]:
    """Faults of a block that is not `console`: commands that nobody would ever try."""
    if block.language.split(" ")[0] == "console":
        return [f"{page}:{block.first - 1}: a console block is run, as written: '{block.language}' is not allowed"]
    shell = block.language.split(" ")[0] in SHELLS
    pattern = r"\$ |\s*(sudo )?atom " if shell else r"\$ "
    return [f"{page}:{number}: write it in a ```console block, so that it is run: {line.strip()}"
            for number, line in enumerate(block.text.split("\n"), block.first) if re.match(pattern, line)]


def dev_fault(script: str, listed: set[str]) -> str | None:
    words = script.split()
    if len(words) > 1 and words[1] not in listed:
        return f"./dev has no command '{words[1]}'"
    return None


def dev_commands(root: Path) -> set[str]:
    """The commands that `./dev help` lists."""
    text = subprocess.run([root / "dev", "help"], capture_output=True, text=True, check=True).stdout
    return {"help", *re.findall(r"^ {2}\./dev (\w+)", text, re.MULTILINE)}


class Page:
    def __init__(self, page: Path, root: Path) -> None:
        self.page, self.root = page, root
        self.faults: list[str] = []
        self.sessions: list[tuple[Block, Session, list[Outcome]]] = []
        for block in blocks_of(page):
            if block.language == "console":
                self.sessions.append((block, parse(block.text, str(page), block.first), []))
            else:
                self.faults += never_run(page, block)

    def run(self, atom: Path, timeout: float) -> None:
        if not self.sessions:
            return
        with tempfile.TemporaryDirectory(prefix="atom-docs-") as top:
            sandbox = Path(top).resolve() / "atom"
            sandbox.mkdir()
            for folder in ("fixtures", "layouts", "jobs"):
                if (self.root / folder).is_dir():
                    shutil.copytree(self.root / folder, sandbox / folder)
            with Shell(sandbox, atom, home=False, timeout=timeout) as shell:
                for _, session, outcomes in self.sessions:
                    outcomes += [self._outcome(command, shell) for command in session.commands]

    def _outcome(self, command, shell: Shell) -> Outcome:
        if not command.script.startswith("./dev"):
            return shell.run(command.script)
        fault = dev_fault(command.script, dev_commands(self.root))
        if fault:
            self.faults.append(f"{self.page}:{command.line}: {fault}")
        return Outcome()

    def compare(self) -> None:
        for _, session, outcomes in self.sessions:
            for command, outcome in zip(session.commands, outcomes, strict=True):
                self.faults += differences(command, outcome, str(self.page))

    def update(self) -> None:
        lines = self.page.read_bytes().decode("utf-8").split("\n")
        for block, session, outcomes in reversed(self.sessions):
            lines[block.first - 1:block.last - 1] = session.text(outcomes).split("\n")[:-1]
        self.page.write_bytes("\n".join(lines).encode("utf-8"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--atom", type=Path, required=True, help="the program")
    parser.add_argument("--root", type=Path, default=ROOT, help="the project (default: this one)")
    parser.add_argument("--update", action="store_true", help="rewrite the shown output from what happened")
    parser.add_argument("--timeout", type=float, default=120, help="seconds for one command")
    parser.add_argument("page", type=Path, nargs="*")
    options = parser.parse_args()
    if not options.atom.is_file():
        parser.error(f"{options.atom}: there is no such program")
    faults: list[str] = []
    for path in options.page or [p for p in (options.root / "README.md", *sorted((options.root / "docs").rglob("*.md"))) if p.is_file()]:
        try:
            page = Page(path, options.root)
            page.run(options.atom, options.timeout)
            if options.update:
                page.update()
            else:
                page.compare()
            faults += page.faults
        except SessionError as error:
            faults.append(str(error))
    if faults:
        print(*faults, sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
