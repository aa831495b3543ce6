#!/usr/bin/env python3
"""No path of one machine, no package registry's or mirror's host and no secret stands in any file of the project."""

import re
from collections.abc import Iterator

from lintlib import Finding, Sample, Tree, run

URL_PASSWORD = "a password in a URL"
# The patterns are written so that they do not find themselves.
FORBIDDEN = [
    (re.compile(r"(?<![\w.$)}*-])/(?:work|root)/"), "a path of one machine"),
    (re.compile(r"(?<![\w.$)}*-])/(?:home|Users)/[A-Za-z]"), "someone's home folder"),
    (re.compile(r"https?://[^/\s\"'<>]*\b(?:registry|registries|mirror|mirrors|artifactory|nexus|proxy|pypi|crates|npmjs)\b[^/\s\"'<>]*", re.I),
     "a registry's or mirror's host"),
    (re.compile(r"(?<![\w-])(?:[\w-]+\.)*(?:artifactory|nexus|pypi|npmjs)\.[a-z]{2,}", re.I), "a registry's or mirror's host"),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"), "a private key"),
    (re.compile(r"\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{30,}|xox[abp]-[A-Za-z0-9-]{20,})\b"), "an access token"),
    (re.compile(r"\b[a-z][a-z0-9+.]*://[^\s/:@\"'<>{}$]+:[^\s/:@\"'<>{}$]+@"), URL_PASSWORD),
]


def check(tree: Tree) -> Iterator[Finding]:
    for name in tree.files:
        for number, line in enumerate(tree.lines(name), 1):
            for pattern, what in FORBIDDEN:
                match = pattern.search(line)
                if match and not (what == URL_PASSWORD and name.startswith("tests/unit/")):  # tests of how a URL is read need one
                    yield Finding(name, number, f"{what}: {match[0][:60]}")
                    break


def _joined(*parts: str) -> str:
    return "".join(parts) + "\n"


SAMPLES = [
    Sample("harmless", {
        "README.md": "cd /srv/atom; ./build/work/x; $PWD/root/y; ~/home\nsftp://atom@host:22/processados https://www.sqlite.org/ http://127.0.0.1:8080\n",
        "a.toml": 'password_env = "CREDOR_PASSWORD"\nurl = "ftp://${USER}:${PASS}@host/"\nkey = "keys/id_ed25519"\n'}),
    Sample("tests of how a URL is read", {"tests/unit/a.cpp": _joined('"sftp://u:', 'secret@h/"')}),
    Sample("paths", {"a.md": _joined("cd /", "work/main"), "b.sh": _joined("\nexport X='/", "root/x'"),
                     "c.toml": _joined('url = "file:///', 'home/ana/in"'), "d": _joined("/", "Users/ana")},
           ("a.md:1", "b.sh:2", "c.toml:1", "d:1")),
    Sample("hosts", {"a.txt": _joined("https://py", "pi.org/simple"), "b.txt": _joined("deb http://mir", "ror.example.net/debian bookworm main"),
                     "c.cmake": _joined("FetchContent(https://pro", "xy.local:8080/x.tar.gz)"), "d.ini": _joined("index = nex", "us.example.com")},
           ("a.txt:1", "b.txt:1", "c.cmake:1", "d.ini:1")),
    Sample("secrets", {"a.pem": _joined("-----BEGIN OPENSSH ", "PRIVATE KEY-----"), "b.toml": _joined('url = "sftp://atom:', 'geheim@host/"'),
                       "c.sh": _joined("TOKEN=ghp", "_abcdefghijklmnopqrstuvwxyz0123456789")},
           ("a.pem:1", "b.toml:1", "c.sh:1")),
]

if __name__ == "__main__":
    run(__doc__, check, SAMPLES)
