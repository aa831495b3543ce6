#!/usr/bin/env python3
"""Includes run downward only, and each library is met in one room only (docs/architecture.md, "Rooms")."""

import posixpath
import re
from collections.abc import Iterator

from lintlib import Finding, Sample, Tree, run

# Which rooms a room may include beside itself.
BELOW_JOB = {"engine/store", "engine/layout", "engine/base"}
BELOW_INTAKE = BELOW_JOB | {"engine/job", "engine/remote"}
SEES = {
    "engine/base": set(),
    "engine/remote": {"engine/base"},
    "engine/layout": {"engine/base"},
    "engine/store": {"engine/layout", "engine/base"},
    "engine/job": BELOW_JOB,
    "engine/export": BELOW_INTAKE,
    "engine/intake": BELOW_INTAKE,
    "engine/online": BELOW_JOB | {"engine/job"},
    "engine/run": BELOW_INTAKE | {"engine/online", "engine/intake", "engine/export"},
}
SEES["cmd"] = set(SEES)
SEES["engine"] = set()  # engine/pch.hpp: standard library and fmt

# Which library header (by the beginning of its name) may be included in which room only ("a or b": in these two).
LIBRARIES = {
    "sqlite3": "engine/store",
    "curl/": "engine/remote",
    "libssh/": "engine/remote",
    "toml++": "engine/base",
    "toml.hpp": "engine/base",
    "spdlog/": "engine/base",
    "utf8proc": "engine/base",
    "zip.h": "engine/layout",
    "expat.h": "engine/layout",
    "xlsxwriter": "engine/layout",
    "boost/beast": "engine/online",
    "boost/asio/signal_set": "engine/run",
    "boost/asio/steady_timer": "engine/online or engine/run",
    "boost/asio/system_timer": "engine/run",
    "boost/asio/deadline_timer": "engine/run",
    "boost/asio/high_resolution_timer": "engine/run",
    "boost/program_options": "cmd",
}

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')


def room_of(name: str) -> str:
    parts = name.split("/")
    return "/".join(parts[:2]) if parts[0] == "engine" and len(parts) > 2 else parts[0]


def target_of(tree: Tree, name: str, included: str) -> str | None:
    """The project's file that an include means: beside the file itself, or from the project's root."""
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(name), included))
    return next((path for path in (beside, posixpath.normpath(included)) if tree.has(path)), None)


def check_own(tree: Tree, name: str, included: str) -> str | None:
    room = room_of(name)
    target = target_of(tree, name, included)
    if target is None:
        return f'"{included}" is no file of the project; quotes are for our own headers, libraries go in <>'
    below = room_of(target)
    if below != room and below not in SEES[room]:
        return f"{room} may not include {below} ({included}); it sees {', '.join(sorted(SEES[room])) or 'nothing'}"
    return None


def check_library(tree: Tree, name: str, included: str) -> str | None:
    if included.startswith(("engine/", "cmd/")) and tree.has(included):
        return f'<{included}> is our own header: write it in quotes'
    for library, room in LIBRARIES.items():
        if included.startswith(library) and room_of(name) not in room.split(" or "):
            return f"<{included}> belongs in {room} only"
    return None


def check(tree: Tree) -> Iterator[Finding]:
    for name in tree.under("engine", "cmd", suffixes=(".cpp", ".hpp", ".h", ".cc", ".ipp")):
        if room_of(name) not in SEES:
            yield Finding(name, 0, f"{room_of(name)} is no room; a new one goes into docs/architecture.md and SEES in tests/lint/includes.py")
            continue
        for number, line in enumerate(tree.lines(name), 1):
            match = INCLUDE.match(line)
            if match:
                text = check_own(tree, name, match[1]) if match[1] else check_library(tree, name, match[2])
                if text:
                    yield Finding(name, number, text)


BASE = {"engine/base/text.hpp": "#pragma once\n"}
SAMPLES = [
    Sample("downward is good", BASE | {
        "engine/layout/value.hpp": '#include "engine/base/text.hpp"\n',
        "engine/store/a.cpp": '#include "engine/layout/value.hpp"\n#include <sqlite3.h>\n',
        "engine/run/poll.cpp": '#include "engine/layout/value.hpp"\n#include <boost/asio/signal_set.hpp>\n',
        "engine/remote/curl.cpp": "#include <curl/curl.h>\n#include <libssh/libssh.h>\n",
        "cmd/main.cpp": '#include "engine/layout/value.hpp"\n#include <boost/program_options.hpp>\n',
    }),
    Sample("upward", BASE | {"engine/layout/value.hpp": "\n", "engine/base/a.cpp": '\n#include "engine/layout/value.hpp"\n'}, ("engine/base/a.cpp:2",)),
    Sample("upward, by a relative name", BASE | {"engine/layout/value.hpp": "", "engine/base/a.cpp": '#include "../layout/value.hpp"\n'}, ("engine/base/a.cpp:1",)),
    Sample("sideways", {"engine/intake/look.hpp": "", "engine/export/a.cpp": '#include "engine/intake/look.hpp"\n',
                        "engine/online/a.cpp": '#include "engine/intake/look.hpp"\n',
                        "engine/remote/folder.hpp": "", "engine/job/a.cpp": '#  include "engine/remote/folder.hpp"\n'},
           ("engine/export/a.cpp:1", "engine/job/a.cpp:1", "engine/online/a.cpp:1")),
    Sample("cmd is above all", {"cmd/x.hpp": "", "engine/run/a.cpp": '#include "cmd/x.hpp"\n'}, ("engine/run/a.cpp:1",)),
    Sample("libraries", {"engine/job/a.cpp": "#include <sqlite3.h>\n#include <curl/curl.h>\n#include <toml++/toml.h>\n#include <vector>\n",
                         "engine/run/b.cpp": "#include <boost/beast/core.hpp>\n#include <spdlog/spdlog.h>\n#include <libssh/sftp.h>\n",
                         "engine/pch.hpp": "#include <string>\n#include <sqlite3.h>\n", "engine/online/c.cpp": "#include <boost/asio/signal_set.hpp>\n"},
           ("engine/job/a.cpp:1", "engine/job/a.cpp:2", "engine/job/a.cpp:3", "engine/online/c.cpp:1", "engine/pch.hpp:2",
            "engine/run/b.cpp:1", "engine/run/b.cpp:2", "engine/run/b.cpp:3")),
    Sample("a room that nobody knows", {"engine/util/a.cpp": "\n"}, ("engine/util/a.cpp",)),
    Sample("a header that is not there, ours in <>", BASE | {"cmd/a.cpp": '#include "gone.hpp"\n#include <engine/base/text.hpp>\n'},
           ("cmd/a.cpp:1", "cmd/a.cpp:2")),
]

if __name__ == "__main__":
    run(__doc__, check, SAMPLES)
