#!/usr/bin/env python3
"""Is every rule of the pack tested? Each rule is taken out of a copy of the pack in turn; a rule that no case misses is a fault.

    drop_rule.py --atom build/atom fixtures/CASE…        cases with jobs of their own are passed over: they do not use the pack
    drop_rule.py --atom build/atom --only remessa …      the rules of one job (or one rule: remessa/alta)
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from run import ROOT, run_case, uses_pack
from session import SessionError

AT_ONCE = 2
HEADER = re.compile(r"^\s*\[")
RULE = re.compile(r"^\s*\[\[\s*rule\s*\]\]")
PART_OF_RULE = re.compile(r"^\s*\[\[?\s*rule\s*\.")
CHANGED = re.compile(r"^\s*changed\s*=")


@dataclass(frozen=True)
class Rule:
    file: Path  # relative to the pack
    index: int  # place among the file's rules
    name: str

    def __str__(self) -> str:
        return f"{self.file.stem}/{self.name}"


class DropError(Exception):
    pass


def rules_of(pack: Path) -> list[Rule]:
    found = []
    for path in sorted((pack / "jobs").glob("*.toml")):
        job = tomllib.loads(path.read_text(encoding="utf-8"))
        rules = [] if "endpoint" in job or "take" in job else job.get("rule", [])  # those are tests/online/pack_api.py's
        found += [Rule(path.relative_to(pack), n, rule.get("name", f"rule {n + 1}")) for n, rule in enumerate(rules)]
    return found


def outside_strings(lines: list[str]) -> list[bool]:
    """For each line, whether it begins outside of a multi-line string."""
    flags, within = [], None
    for line in lines:
        flags.append(within is None)
        rest = line
        while True:
            match = re.search(r'"""|\'\'\'', rest) if within is None else re.search(re.escape(within), rest)
            if not match or (within is None and "#" in re.sub(r'"[^"]*"|\'[^\']*\'', "", rest[:match.start()])):
                break
            within = match[0] if within is None else None
            rest = rest[match.end():]
    return flags


def without_rule(text: str, index: int) -> str:
    """The file's text without its rule number `index` (from 0), and without the `changed` of other rules that name it."""
    before = tomllib.loads(text)
    name = before["rule"][index].get("name")
    lines = text.split("\n")
    outside = outside_strings(lines)
    kept, seen, dropping = [], -1, False
    for line, plain in zip(lines, outside, strict=True):
        if plain and RULE.match(line):
            seen += 1
            dropping = seen == index
        elif plain and HEADER.match(line) and not PART_OF_RULE.match(line):
            dropping = False
        refers = plain and CHANGED.match(line) and tomllib.loads(line)["changed"] == name
        if not dropping and not refers:
            kept.append(line)
    result = "\n".join(kept)
    expected = [{k: v for k, v in rule.items() if (k, v) != ("changed", name)} for n, rule in enumerate(before["rule"]) if n != index]
    after = tomllib.loads(result)
    if after.pop("rule", []) != expected or after != {key: value for key, value in before.items() if key != "rule"}:
        raise DropError(f"rule '{name}' could not be cut out cleanly: keep `changed` on a line of its own")
    return result


class Dropper:
    def __init__(self, atom: Path, pack: Path, cases: list[Path], scratch: Path) -> None:
        self.atom, self.pack, self.cases, self.scratch = atom, pack, cases, scratch
        self.readmes = {case: (case / "README.md").read_text(encoding="utf-8") for case in cases}
        self.whole: dict[Path, bool] = {}  # whether a case holds with the whole pack
        self.lock = threading.Lock()

    def holds(self, case: Path, pack: Path) -> bool:
        return not run_case(case, self.atom, pack, keep=False).faults

    def holds_whole(self, case: Path) -> bool:
        with self.lock:
            if case not in self.whole:
                self.whole[case] = self.holds(case, self.pack)
            return self.whole[case]

    def checked(self, pack: Path) -> str | None:
        """What `atom check` says against a workspace of this pack; None if nothing."""
        workspace = pack.with_name(pack.name + "-check")
        shutil.copytree(pack, workspace)
        (workspace / "atom.toml").write_text('[base]\npath = "base.db"\nonline = "online.db"\n', encoding="utf-8")
        done = subprocess.run([self.atom.resolve(), "-C", workspace, "check"], capture_output=True, text=True, check=False)
        shutil.rmtree(workspace)
        return None if done.returncode == 0 else (done.stdout + done.stderr).strip() or f"exit {done.returncode}"

    def in_order(self, rule: Rule) -> list[Path]:
        """The cases, those first whose page names the rule, then those that name its job."""
        def far(case: Path) -> tuple[bool, bool]:
            return rule.name not in self.readmes[case], rule.file.stem not in self.readmes[case]
        return sorted(self.cases, key=far)

    def fault_of(self, number: int, rule: Rule) -> str | None:
        """None if a case misses the rule."""
        pack = self.scratch / str(number)
        for folder in ("layouts", "jobs"):
            shutil.copytree(self.pack / folder, pack / folder)
        path = pack / rule.file
        try:
            path.write_text(without_rule(path.read_text(encoding="utf-8"), rule.index), encoding="utf-8")
            complaint = self.checked(pack)
            if complaint:
                return f"{rule}: without it the pack is not valid, so no case can tell: {complaint}"
            for case in self.in_order(rule):
                if not self.holds(case, pack):
                    return None if self.holds_whole(case) else f"{rule}: {case} fails with the whole pack"
            return f"{rule}: no case notices that it is gone"
        except DropError as error:
            return f"{rule.file}: {error}"
        finally:
            shutil.rmtree(pack)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--atom", type=Path, required=True)
    parser.add_argument("--pack", type=Path, default=ROOT, help="the folder of layouts/ and jobs/ (default: the shipped pack)")
    parser.add_argument("--only", action="append", default=[], metavar="JOB[/RULE]", help="these rules only")
    parser.add_argument("case", type=Path, nargs="+")
    options = parser.parse_args()
    rules = [rule for rule in rules_of(options.pack) if not options.only or {str(rule), rule.file.stem} & set(options.only)]
    if not rules:
        parser.error("no such rule")
    with tempfile.TemporaryDirectory(prefix="atom-drop-") as scratch, ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            dropper = Dropper(options.atom, options.pack, [case for case in options.case if uses_pack(case)], Path(scratch))
            complaint = dropper.checked(_copy(options.pack, Path(scratch, "whole")))
            if complaint:
                sys.exit(f"the pack as it is: {complaint}")
            faults = [fault for fault in pool.map(dropper.fault_of, range(len(rules)), rules) if fault]
        except (SessionError, FileNotFoundError) as error:
            sys.exit(str(error))
    print(*faults, f"{len(rules)} rules, {len(faults)} that no case misses", sep="\n")
    return 1 if faults else 0


def _copy(pack: Path, to: Path) -> Path:
    for folder in ("layouts", "jobs"):
        shutil.copytree(pack / folder, to / folder)
    return to


if __name__ == "__main__":
    sys.exit(main())
