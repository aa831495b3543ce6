"""Programs and modules from the npm registry, for tests."""

import subprocess
from pathlib import Path


def installed(folder, package, name):
    """The program `name` of a package; installed in that folder if it is not there yet."""
    return installed_path(Path(folder), package, Path(".bin") / name)


def module(folder, package):
    """The folder of a package, which is named with its version; installed in that folder if it is not there yet."""
    return installed_path(Path(folder), package, package.rpartition("@")[0])


def installed_path(folder, package, path):
    whole = folder / "node_modules" / path
    if not whole.exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--loglevel", "error", "--no-audit", "--no-fund", "--prefix", folder, package]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
        if done.returncode != 0 or not whole.exists():
            raise SystemExit(f"{package} could not be installed: {done.stdout}{done.stderr}")
    return whole
