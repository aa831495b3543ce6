#!/usr/bin/env python3
"""run.py [--small-disk] BINARY [ARGUMENTS…]: starts the servers, runs each test case of the binary with their addresses in ATOM_TEST_…, cleans
up, and exits with 1 if one failed. A server that does not start is a failure, not a reason to skip. ARGUMENTS choose test cases. Several are run
at once, each behind proxies of its own, for most of them wait: for servers that stall, and for times that run out. With --small-disk a disk of
1 MiB is mounted for the test [.small-disk], which is not run otherwise."""

import concurrent.futures
import os
import queue
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
from proxy import Proxy  # noqa: E402
from servers import Servers  # noqa: E402

AT_ONCE = 6
TIME_LIMIT_SECONDS = 300
# In a sanitized build: curl 7.88 forgets an SSH session whose server fell silent before it could be closed.
KNOWN_LEAKS = "leak:libcurl.so\nleak:libssh2.so\nleak:libcrypto.so\n"


class Places:
    """What the test cases that run at once do not share: proxies and a number."""

    def __init__(self, servers):
        self.proxies, self.free = [], queue.Queue()
        for number in range(AT_ONCE):
            sftp, ftp = Proxy(int(servers.env["SFTP_PORT"])), Proxy(int(servers.env["FTP_PORT"]), ftp=True)
            servers.add_known_host(sftp.port)
            self.proxies += [sftp, ftp]
            env = {"PLACE": str(number)}
            for name, proxy in (("SFTP", sftp), ("FTP", ftp)):
                env |= {f"{name}_PROXY_PORT": str(proxy.port), f"{name}_PROXY_CONTROL": str(proxy.control)}
            self.free.put(env)

    def close(self):
        for proxy in self.proxies:
            proxy.close()


def run_one(binary, name, env, places):
    """(whether it passed, what there is to say)"""
    place = places.free.get()
    began = time.monotonic()
    try:
        with tempfile.NamedTemporaryFile("w", prefix="atom-test-name-", encoding="utf-8") as chosen:
            chosen.write(name.replace(",", "\\,") + "\n")  # a comma ends a name
            chosen.flush()
            test_env = {**os.environ, **{f"ATOM_TEST_{k}": v for k, v in (env | place).items()}}
            done = subprocess.run([binary, "--warn", "NoTests", "--input-file", chosen.name], env=test_env, timeout=TIME_LIMIT_SECONDS, check=False,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        passed, said = done.returncode == 0 and "No test cases matched" not in done.stdout, done.stdout
    except subprocess.TimeoutExpired as e:
        passed, said = False, f"{e.output or ''}not done after {TIME_LIMIT_SECONDS} s\n"
    finally:
        places.free.put(place)
    return passed, f"{name}: {'ok' if passed else 'FAILED'} ({time.monotonic() - began:.1f} s)\n{'' if passed else said}"


def run_all(binary, arguments, env, servers):
    listed = subprocess.run([binary, "--list-test-names-only", *arguments], stdout=subprocess.PIPE, text=True, check=False).stdout
    names = listed.splitlines()
    places, failed = Places(servers), 0
    try:
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            for passed, said in pool.map(lambda name: run_one(binary, name, env, places), names):
                print(said, end="", flush=True)
                failed += not passed
    finally:
        places.close()
    print(f"{len(names) - failed} of {len(names)} test cases passed")
    return 1 if failed or not names else 0


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the cleaning is done
    with tempfile.TemporaryDirectory(prefix="atom-remote-") as folder:
        os.chmod(folder, 0o755)  # the servers' user goes through it
        with Servers(os.path.join(folder, "servers")) as servers:
            env, arguments, small_disk = dict(servers.env), sys.argv[1:], None
            if arguments[:1] == ["--small-disk"]:
                arguments = arguments[1:]
                small_disk = env["SMALL_DISK"] = os.path.join(env["HOME"], "small")
                os.mkdir(small_disk)
                subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m,mode=777", "tmpfs", small_disk], check=True)
            leaks = os.path.join(folder, "known-leaks")
            with open(leaks, "w", encoding="ascii") as f:
                f.write(KNOWN_LEAKS)
            os.environ.setdefault("LSAN_OPTIONS", f"suppressions={leaks}:print_suppressions=0")
            try:
                return run_all(arguments[0], arguments[1:], env, servers)
            finally:
                if small_disk:
                    subprocess.run(["umount", "--lazy", small_disk], check=True)


if __name__ == "__main__":
    sys.exit(main())
