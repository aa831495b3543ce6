#!/usr/bin/env python3
"""The Postman collection of docs/, run by newman (npm) against a server: every call is answered, and by what it says it is.

    newman.py --atom build/atom --tools build/newman      newman is installed there, once
"""

import argparse
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "online"))
import npm  # noqa: E402
from postman import COLLECTION  # noqa: E402
from served import Served  # noqa: E402

NEWMAN = "newman@6.2.2"


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--atom", required=True)
    options.add_argument("--tools", required=True, type=pathlib.Path)
    args = options.parse_args()
    program = npm.installed(args.tools, NEWMAN, "newman")
    with Served(args.atom) as server:
        token = server.token("newman", "portal,webhook,backoffice,ops")
        done = subprocess.run([program, "run", COLLECTION, "--env-var", f"baseUrl=http://127.0.0.1:{server.port}", "--env-var", f"token={token}"],
                              capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        print(done.stdout + done.stderr, file=sys.stderr)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
