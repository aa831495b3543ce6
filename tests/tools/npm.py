"""Programs from the npm registry, for tests."""

import subprocess


def installed(folder, package, name):
    """The program `name` of a package; installed in that folder if it is not there yet."""
    program = folder / "node_modules" / ".bin" / name
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, package]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
        if done.returncode != 0 or not program.exists():
            raise SystemExit(f"{package} could not be installed: {done.stdout}{done.stderr}")
    return program
