#!/usr/bin/env python3
"""What `cmake --install` puts where, and that it works from there: atom finds its pack, the units are valid, the completion completes.

    installed.py --build DIR --cmake PATH
"""

import argparse
import gzip
import os
import shutil
import subprocess
import sys
import tempfile

BESIDE_THE_PACK = {
    "bin/atom",
    "lib/systemd/system/atom-once.service",
    "lib/systemd/system/atom-once.timer",
    "lib/systemd/system/atom-serve.service",
    "lib/systemd/system/atom.service",
    "share/bash-completion/completions/atom",
    "share/man/man1/atom.1.gz",
}
COMPLETE = """
source share/bash-completion/completions/atom
PATH=$PWD/bin:$PATH
try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _atom; echo "${COMPREPLY[*]}"; }
try atom ba
try atom run --se
try atom -C . dry-nothing
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True)
    parser.add_argument("--cmake", required=True)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="atom-installed-") as root:
        env = {k: v for k, v in os.environ.items() if not k.startswith("ATOM_")}
        subprocess.run([args.cmake, "--install", args.build, "--prefix", root], check=True, stdout=subprocess.DEVNULL, env=env)
        there = {os.path.relpath(os.path.join(folder, n), root) for folder, _, names in os.walk(root) for n in names}
        pack = {n for n in there if n.startswith("share/atom/")}
        assert there - pack == BESIDE_THE_PACK, there - pack
        assert {"share/atom/jobs/init/atom.toml", "share/atom/jobs/remessa.toml", "share/atom/layouts/remessa_parcelas.toml"} <= pack, pack
        atom = os.path.join(root, "bin/atom")
        for command in (["init", "work"], ["-C", "work", "check"]):
            subprocess.run([atom, *command], check=True, cwd=root, stdout=subprocess.DEVNULL, env=env)
        with gzip.open(os.path.join(root, "share/man/man1/atom.1.gz"), "rt", encoding="utf-8") as page:
            text = page.read()
        assert text.startswith(".TH ") and "\n.SH COMMANDS\n" in text and "**" not in text, text[:300]
        done = subprocess.run(["bash", "-c", COMPLETE], cwd=root, capture_output=True, text=True, check=True, env=env)
        assert done.stdout == "backup\n--settle\n\n" and done.stderr == "", done
        if shutil.which("systemd-analyze"):
            units = [os.path.join(root, n) for n in sorted(there) if n.endswith((".service", ".timer"))]
            said = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False).stderr
            wrong = [line for line in said.splitlines() if "Unknown" in line or "Failed to parse" in line or "Invalid" in line]
            assert not wrong, wrong
            for unit in ("atom.service", "atom-serve.service", "atom-once.service"):
                path = os.path.join(root, "lib/systemd/system", unit)
                said = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=15", path], capture_output=True, text=True, check=False)
                assert said.returncode == 0, said.stdout[-300:] + said.stderr
    print(f"{len(there)} files are installed, and work")
    return 0


if __name__ == "__main__":
    sys.exit(main())
