#!/usr/bin/env python3
"""/openapi.json of the shipped pack against a public validator of OpenAPI 3.1 (npm: @seriousme/openapi-schema-validator).

    openapi_check.py --atom build/atom --tools build/openapi      the validator is installed there, once
"""

import argparse
import pathlib
import subprocess
import sys

import npm

VALIDATOR = "@seriousme/openapi-schema-validator@2.11.0"


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--atom", required=True)
    options.add_argument("--tools", required=True, type=pathlib.Path)
    args = options.parse_args()
    program = npm.installed(args.tools, VALIDATOR, "validate-api")
    document = args.tools / "openapi.json"
    subprocess.run([sys.executable, pathlib.Path(__file__).with_name("postman.py"), "--atom", args.atom, "--openapi", document], check=True)
    done = subprocess.run([program, document], capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        print(f"{document} is no valid OpenAPI 3.1:\n{done.stdout}{done.stderr}", file=sys.stderr)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
