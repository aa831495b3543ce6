#!/usr/bin/env python3
"""The golden runner: a case is a folder with a workspace, a session and what must be there after it. docs/testing.md tells how to write one.

    run.py --atom build/atom fixtures/CASE…            exit 0 if every case holds, else a diff, and where the sandbox was kept
    run.py --atom build/atom --update fixtures/CASE…   rewrites the expectations from what happened: read the diff, never trust it
"""

import argparse
import difflib
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from session import Outcome, Session, SessionError, Shell, differences, parse

ROOT = Path(__file__).resolve().parents[2]
NOT_WORKSPACE = ("README.md", "session", "expect")
EMPTY = ".empty"  # git keeps no empty folder: this file stands for one


@dataclass
class Result:
    """What a case came to. `faults` are lines to show; `sandbox` is there only if it was kept."""

    case: Path
    faults: list[str] = field(default_factory=list)
    sandbox: Path | None = None


def load(case: Path) -> Session:
    for name in ("README.md", "session"):
        if not (case / name).is_file():
            raise SessionError(f"{case}: no {name}: it is no case (docs/testing.md)")
    session = parse((case / "session").read_bytes().decode("utf-8"), f"{case}/session")
    if not session.commands:
        raise SessionError(f"{case}/session: no command in it")
    return session


def uses_pack(case: Path) -> bool:
    return not (case / "jobs").is_dir()


def make_workspace(case: Path, pack: Path, sandbox: Path) -> None:
    """Fills the sandbox: the pack where the case has no jobs of its own, then all of the case but its expectations."""
    sandbox.mkdir(parents=True)
    if uses_pack(case):
        for folder in ("layouts", "jobs"):
            shutil.copytree(pack / folder, sandbox / folder)
    for item in sorted(case.iterdir()):
        if item.is_dir() and item.name not in NOT_WORKSPACE:
            shutil.copytree(item, sandbox / item.name, ignore=shutil.ignore_patterns(EMPTY), dirs_exist_ok=True)
        elif item.name not in NOT_WORKSPACE:
            shutil.copy2(item, sandbox / item.name)


def files_in(folder: Path) -> set[str]:
    """The files directly in a folder; none if it is not there."""
    return {item.name for item in folder.iterdir() if not item.is_dir() and item.name != EMPTY} if folder.is_dir() else set()


def expected_folders(case: Path) -> list[Path]:
    """Each folder under expect/, relative to it; what stands directly in expect/ does not make the workspace's root one."""
    expect = case / "expect"
    return sorted(item.relative_to(expect) for item in expect.rglob("*") if item.is_dir())


def file_faults(expected: Path, actual: Path, name: str) -> list[str]:
    if not actual.is_file():
        return [f"{name}: is not there"]
    old, new = expected.read_bytes(), actual.read_bytes()
    if old == new:
        return []
    # One character a byte, so that every difference shows, also that of line ends and encodings.
    before, after = ([repr(line)[1:-1] for line in data.decode("latin-1").splitlines(keepends=True)] for data in (old, new))
    return [f"{name}: differs", *difflib.unified_diff(before, after, f"expect/{name}", name, lineterm="")]


def tree_faults(case: Path, sandbox: Path) -> list[str]:
    expect = case / "expect"
    faults: list[str] = []
    for path in sorted(expect.rglob("*")):
        if path.is_file() and path.name != EMPTY:
            name = path.relative_to(expect).as_posix()
            faults += file_faults(path, sandbox / name, name)
    for folder in expected_folders(case):
        extra = files_in(sandbox / folder) - files_in(expect / folder)
        faults += [f"{(folder / name).as_posix()}: is there and should not be" for name in sorted(extra)]
    return faults


def update(case: Path, session: Session, outcomes: list[Outcome], sandbox: Path) -> list[str]:
    """Makes the expectations what happened, within the folders that expect/ has. A file that is gone is only told: delete it by hand."""
    (case / "session").write_bytes(session.text(outcomes).encode("utf-8"))
    expect = case / "expect"
    for folder in [Path("."), *expected_folders(case)]:
        known = files_in(expect / folder)
        for name in known if folder == Path(".") else known | files_in(sandbox / folder):
            if (sandbox / folder / name).is_file():
                shutil.copyfile(sandbox / folder / name, expect / folder / name)
                (expect / folder / EMPTY).unlink(missing_ok=True)
    return tree_faults(case, sandbox)


def run_case(case: Path, atom: Path, pack: Path, *, updating: bool = False, keep: bool = True, timeout: float = 120) -> Result:
    """Runs one case. `keep`: the sandbox of a case that fails stays. Raises SessionError if the case itself is wrong."""
    session = load(case)
    # resolve(): the program prints real paths
    top = Path(tempfile.mkdtemp(prefix=f"atom-{case.name}-")).resolve()
    result = Result(case, sandbox=top / "workspace")
    sandbox = top / "workspace"
    make_workspace(case, pack, sandbox)
    outcomes: list[Outcome] = []
    with Shell(sandbox, atom, home=True, timeout=timeout) as shell:
        for command in session.commands:
            outcomes.append(shell.run(command.script))
            if not updating:
                result.faults += differences(command, outcomes[-1], f"{case}/session")
    result.faults += update(case, session, outcomes, sandbox) if updating else tree_faults(case, sandbox)
    if not (result.faults and keep):
        shutil.rmtree(top)
        result.sandbox = None
    return result


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--atom", type=Path, required=True, help="the program")
    parser.add_argument("--pack", type=Path, default=ROOT, help="the folder of layouts/ and jobs/ for cases without jobs (default: the shipped pack)")
    parser.add_argument("--update", action="store_true", help="rewrite session and expect/ from what happened")
    parser.add_argument("--timeout", type=float, default=120, help="seconds for one command")
    parser.add_argument("case", type=Path, nargs="+")
    options = parser.parse_args()
    if not options.atom.is_file():
        parser.error(f"{options.atom}: there is no such program")
    failed = 0
    for case in options.case:
        try:
            result = run_case(case, options.atom, options.pack, updating=options.update, timeout=options.timeout)
        except SessionError as error:
            result = Result(case, [str(error)])
        if result.faults:
            failed += 1
            print(f"FAILED {case}", *result.faults, sep="\n")
            if result.sandbox:
                print(f"the sandbox is kept: {result.sandbox}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
