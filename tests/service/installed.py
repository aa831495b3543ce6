#!/usr/bin/env python3
"""What `cmake --install` puts where, and that it works from there: atom finds its pack, the units are valid, the completion completes. The
Debian package that cpack makes holds the same, for root, readable and not writable by all, and names what it needs.

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
try atom -C work export dis
try atom -C work report di
try atom -C work report dia --da
try atom -C work import --job bat
try atom files --status hel
try atom help stat
"""


def package(build, cmake, root):
    """The Debian package's fields, and its files with their modes."""
    cpack = os.path.join(os.path.dirname(shutil.which(cmake)), "cpack")
    config = os.path.join(build, "CPackConfig.cmake")
    subprocess.run([cpack, "--config", config, "-G", "DEB", "-B", root], check=True, stdout=subprocess.DEVNULL, cwd=root)
    (path,) = (os.path.join(root, n) for n in os.listdir(root) if n.endswith(".deb"))
    fields = {name: subprocess.check_output(["dpkg-deb", "--field", path, name], text=True).strip() for name in ("Package", "Section", "Depends")}
    listed = [line.split(maxsplit=5) for line in subprocess.check_output(["dpkg-deb", "--contents", path], text=True).splitlines()]
    control = os.path.join(root, "control")
    subprocess.run(["dpkg-deb", "--control", path, control], check=True)
    return fields, {words[5]: (words[0], words[1]) for words in listed}, set(os.listdir(control))


def check_package(build, cmake, root, there):
    fields, files, control = package(build, cmake, root)
    assert (fields["Package"], fields["Section"]) == ("atom", "database"), fields
    needs = {need.split()[0] for need in fields["Depends"].split(", ")}
    assert {"adduser", "tzdata", "libsqlite3-0", "libc6"} <= needs, needs
    assert control == {"control", "md5sums", "postinst", "prerm"}, control
    found = {n.removeprefix("./").removeprefix("usr/") for n in files if not n.endswith("/")}
    assert found == there, found ^ there
    for name, (mode, owner) in files.items():
        wanted = "drwxr-xr-x" if name.endswith("/") else "-rwxr-xr-x" if name == "./usr/bin/atom" else "-rw-r--r--"
        assert (mode, owner) == (wanted, "root/root"), (name, mode, owner)


def check_binary(path):
    """Hardened, and without the builder's folders."""
    read = lambda *options: subprocess.check_output(["readelf", "-W", *options, path], text=True)  # noqa: E731
    dynamic, segments, notes, symbols = read("-d"), read("-l"), read("-n"), read("--dyn-syms")
    assert "BIND_NOW" in dynamic and "GNU_RELRO" in segments and " PIE" in dynamic, dynamic
    assert "IBT, SHSTK" in notes, notes
    assert "__stack_chk_fail" in symbols and "_chk@" in symbols.replace("__stack_chk", ""), "no checked calls"
    source = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    with open(path, "rb") as file:
        assert source.encode() not in file.read(), f"the program names {source}"


def has_own_flags(build):
    """The build's flags were set by hand, as helpers do for speed: then they are not those of what is shipped."""
    with open(os.path.join(build, "CMakeCache.txt"), encoding="utf-8") as cache:
        text = cache.read()
    kind = next((line.split("=", 1)[1] for line in text.splitlines() if line.startswith("CMAKE_BUILD_TYPE:")), "") or "RelWithDebInfo"
    flags = next(line for line in text.splitlines() if line.startswith(f"CMAKE_CXX_FLAGS_{kind.upper()}:"))
    return "-fstack-protector-strong" not in flags or "ATOM_SANITIZE:STRING=\n" not in text


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
        if not has_own_flags(args.build):
            check_binary(atom)
        for command in (["init", "work"], ["-C", "work", "check"]):
            subprocess.run([atom, *command], check=True, cwd=root, stdout=subprocess.DEVNULL, env=env)
        with gzip.open(os.path.join(root, "share/man/man1/atom.1.gz"), "rt", encoding="utf-8") as page:
            text = page.read()
        assert text.startswith(".TH ") and "\n.SH COMMANDS\n" in text and "**" not in text, text[:300]
        done = subprocess.run(["bash", "-c", COMPLETE], cwd=root, capture_output=True, text=True, check=True, env=env)
        assert done.stdout == "backup\n--settle\n\ndiscagem\ndia\n--data\nbatimento\nheld\nstatus\n" and done.stderr == "", done
        if shutil.which("systemd-analyze"):
            units = [os.path.join(root, n) for n in sorted(there) if n.endswith((".service", ".timer"))]
            said = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False).stderr
            wrong = [line for line in said.splitlines() if "Unknown" in line or "Failed to parse" in line or "Invalid" in line]
            assert not wrong, wrong
            for unit in ("atom.service", "atom-serve.service", "atom-once.service"):
                path = os.path.join(root, "lib/systemd/system", unit)
                said = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=15", path], capture_output=True, text=True, check=False)
                assert said.returncode == 0, said.stdout[-300:] + said.stderr
    with tempfile.TemporaryDirectory(prefix="atom-package-") as root:
        check_package(args.build, args.cmake, root, there)
    print(f"{len(there)} files are installed or packed, and work")
    return 0


if __name__ == "__main__":
    sys.exit(main())
