#!/usr/bin/env python3
"""run.py [--small-disk] BINARY [ARGUMENTS…]: starts the servers and the proxies, runs the test binary with their addresses in ATOM_TEST_…, cleans up, and
exits as the binary did. A server that does not start is a failure, not a reason to skip. With --small-disk a disk of 1 MiB is mounted for the
test [.small-disk], which is not run otherwise."""

import os
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
from proxy import Proxy  # noqa: E402
from servers import Servers  # noqa: E402

TIME_LIMIT_SECONDS = 300
# In a sanitized build: curl 7.88 forgets an SSH session whose server fell silent before it could be closed.
KNOWN_LEAKS = "leak:libcurl.so\nleak:libssh2.so\nleak:libcrypto.so\n"


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the cleaning is done
    with tempfile.TemporaryDirectory(prefix="atom-remote-") as folder:
        os.chmod(folder, 0o755)  # the servers' user goes through it
        with Servers(os.path.join(folder, "servers")) as servers:
            proxies = {"SFTP": Proxy(int(servers.env["SFTP_PORT"])), "FTP": Proxy(int(servers.env["FTP_PORT"]), ftp=True)}
            env = dict(servers.env)
            for name, proxy in proxies.items():
                env[f"{name}_PROXY_PORT"] = str(proxy.port)
                env[f"{name}_PROXY_CONTROL"] = str(proxy.control)
            servers.add_known_host(proxies["SFTP"].port)
            arguments = sys.argv[1:]
            small_disk = None
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
                test_env = {**os.environ, **{f"ATOM_TEST_{k}": v for k, v in env.items()}}
                return subprocess.run(arguments, env=test_env, timeout=TIME_LIMIT_SECONDS, check=False).returncode
            finally:
                if small_disk:
                    subprocess.run(["umount", "--lazy", small_disk], check=True)
                for proxy in proxies.values():
                    proxy.close()


if __name__ == "__main__":
    sys.exit(main())
