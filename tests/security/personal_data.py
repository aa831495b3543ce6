#!/usr/bin/env python3
"""No name, document, phone or address of the inputs is told on a console or in a log, and no one but owner and group may read what atom makes.

Some weeks of generated files, spoiled and failing ones among them, go through the shipped pack with --verbose. Then all that was printed, and
what `atom files` and `atom errors` print, is searched for every value of every `sensitive` field of every input; and every file and folder
that atom made must have the modes 0640 and 0750, whatever the umask.
"""

import argparse
import csv
import io
import os
import re
import stat
import sys
import tempfile
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "oracle"), str(HERE.parent / "tools")]
import days  # noqa: E402
from workspace import Workspace  # noqa: E402

LAYOUTS = HERE.parent.parent / "layouts"
OF = [("_remessa_", "remessa_assessoria"), ("_acordo_", "remessa_acordo"), ("acordosbaixados", "acordos_baixados_csv"), ("telefones", "telefones")]
FEWEST_DIGITS = 9  # fewer are also offsets, counts and dates
FEWEST_LETTERS = 7
MASK = str.maketrans("", "", ".-/() +")


def sensitive_values(name, data):
    """The texts of all sensitive fields, of good lines and bad."""
    layout_name = next((layout for word, layout in OF if word in name.lower()), None)
    if layout_name is None:
        return
    with open(LAYOUTS / f"{layout_name}.toml", "rb") as file:
        layout = tomllib.load(file)
    fields = [f for r in layout["record"] for f in r["fields"] if f.get("sensitive")]
    text = data.decode("latin-1") if layout["format"] == "fixed" or not is_utf8(data) else data.decode()
    if layout["format"] == "fixed":
        for line in text.splitlines():
            for f in fields:
                yield line[f["at"] - 1 : f["at"] - 1 + f["len"]]
        return
    wanted = {f.get("column", f["name"]).lower() for f in fields}
    for row in csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=";"):
        yield from (v for k, v in row.items() if k and v and isinstance(v, str) and k.strip().lower() in wanted)


def is_utf8(data):
    try:
        return data.decode() is not None
    except UnicodeDecodeError:
        return False


def needles(value):
    """What of a value must not be seen: it, its longer words, its digits."""
    value = value.strip()
    digits = value.translate(MASK)
    if digits.isdigit():
        if len(digits.lstrip("0")) >= FEWEST_DIGITS:
            yield digits.lstrip("0")
        return
    if len(value) >= FEWEST_LETTERS:
        yield value
    yield from (w for w in re.findall(r"\w+", value) if len(w) >= FEWEST_LETTERS and not w.isdigit())


def found_in(text, personal):
    squeezed = text.translate(MASK)
    words = set(re.findall(r"\w+", text)) | set(re.findall(r"\d+", squeezed))
    for needle in personal:
        if needle in words or (needle in text if not needle.isdigit() else needle in squeezed):
            yield needle


def wrong_modes(root, not_ours):
    for folder, _, names in os.walk(root):
        for path in [folder] + [os.path.join(folder, n) for n in names]:
            wanted = 0o750 if path == folder else 0o640
            mode = stat.S_IMODE(os.stat(path).st_mode)
            name = re.sub(r"\.\d+$", "", os.path.basename(path)) # a taken name in `lidos`
            if mode != wanted and path not in not_ours and name not in not_ours:
                yield f"{os.path.relpath(path, root)}: mode {mode:04o}, not {wanted:04o}"


def run_weeks(atom, generate, root, seed):
    workspace = Workspace(atom, root).make()
    scenario = days.Scenario(seed, os.path.abspath(generate), root, {})
    told, personal, dropped = "", set(), set()
    for at, events in scenario.polls():
        for event in events:
            data = event.make()
            if data is None:
                continue
            personal.update(n for value in sensitive_values(event.name, data) for n in needles(value))
            dropped.add(event.name)
            workspace.drop(event.name, data)
        for words in (["--json"], []):
            code, _, errors = workspace.call("run", "--once", "--verbose", *words, "--at", f"{at:%Y-%m-%d %H:%M}")
            told += workspace.printed + errors
            if code == 2:
                sys.exit(f"run ended with 2: {errors}")
    for words in (["files"], ["files", "--json"], ["errors"], ["errors", "--json"]):
        _, lines, errors = workspace.call(*words)
        told += workspace.printed + errors
    return workspace, told, personal, dropped


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--atom", required=True)
    parser.add_argument("--generate", required=True)
    args = parser.parse_args()
    faults = []
    for seed, umask in ((3, 0), (4, 0o077)):
        os.umask(umask)
        with tempfile.TemporaryDirectory() as root:
            workspace, told, personal, dropped = run_weeks(args.atom, args.generate, root, seed)
            if len(personal) < 500 or "VALOR_INVALIDO" not in told or "failed" not in told:
                faults.append(f"too little happened: {len(personal)} values, {len(told)} characters told")
            faults += [f"seed {seed}: an input's {n[0]}…{n[-1]} ({len(n)} characters) was told" for n in sorted(found_in(told, personal))[:20]]
            ours = {workspace.source, workspace.target, workspace.home, root} | dropped | {f"file{i}" for i in range(1000)}
            for folder in (os.path.join(workspace.home, "data"), workspace.errors(), workspace.target): # the rest of the source is not ours
                faults += list(wrong_modes(folder, ours))
    print("\n".join(faults) or "nothing personal was told, and nobody else may read")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
