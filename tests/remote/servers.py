#!/usr/bin/env python3
"""Real servers on loopback for the remote tests: OpenSSH's sshd (sftp) and vsftpd (ftp, explicit TLS on the same port, implicit ftps).

    servers.py start --root DIR   makes DIR (which must be new or empty), starts all, prints KEY=VALUE lines and then READY=1, and stays in
                                  the foreground until it gets SIGTERM, SIGINT, a line "stop" on its standard input, or `servers.py stop`
    servers.py stop --root DIR    ends that and waits until all is cleaned

    with Servers(root) as s: s.env   the same as a dict; Servers(root, ftp=False) starts sshd alone

It needs root: logging in by password means a system user (atomtest-XXXX, random password), which is removed at the end, as are
DIR and the servers. Keys:
    SFTP_PORT FTP_PORT FTPS_PORT USER PASSWORD
    HOME            the user's folder, where all three servers start; the path in an sftp URL is this one, in an ftp URL it is ""
    KEY             private key of the user (ed25519), LOCKED_KEY the same kind with passphrase KEY_PASSPHRASE
    KNOWN_HOSTS     names the server rightly, after an RSA key, as ssh-keyscan may; KNOWN_HOSTS_HASHED too, with hashed names; KNOWN_HOSTS_CHANGED has another key of the same kind;
                    KNOWN_HOSTS_OTHER_KIND an ECDSA key, which the server does not have; KNOWN_HOSTS_EMPTY is empty
    HOST_FINGERPRINT CHANGED_FINGERPRINT OTHER_KIND_FINGERPRINT     as ssh-keygen -l shows them
    STRICT_PORT     an sshd that has nothing but an RSA host key; it asks for the password by keyboard-interactive, or takes a key
    BOTH_PORT       the same one; it wants a key and then the password
    KNOWN_HOSTS_RSA names it rightly; KNOWN_HOSTS_REVOKED too, and revokes the key; KNOWN_HOSTS_AUTHORITY has a @cert-authority line alone
    KEY_RSA KEY_ECDSA KEY_PEM KEY_GCM KEY_STRANGE   more keys of the user: PEM and GCM have KEY_PASSPHRASE, nobody knows STRANGE
    RSA_FINGERPRINT STRANGE_FINGERPRINT
    CA              PEM of the authority that signed the ftps certificate (for 127.0.0.1 and localhost); OTHER_CA did not sign it
"""

import argparse
import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

SSHD_CONFIG = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {root}/ssh/host_ed25519
PidFile none
UsePAM no
PasswordAuthentication yes
KbdInteractiveAuthentication no
PubkeyAuthentication yes
AuthorizedKeysFile {root}/ssh/authorized_keys
StrictModes no
AllowUsers {user}
UseDNS no
MaxStartups 200
Subsystem sftp {subsystem}
LogLevel ERROR
"""

STRICT_SSHD_CONFIG = """\
Port {port}
Port {both}
ListenAddress 127.0.0.1
HostKey {root}/ssh/rsa
PidFile none
UsePAM yes
PasswordAuthentication no
KbdInteractiveAuthentication yes
AuthorizedKeysFile {root}/ssh/authorized_keys
StrictModes no
AllowUsers {user}
UseDNS no
Subsystem sftp internal-sftp
LogLevel ERROR
Match LocalPort {both}
    AuthenticationMethods publickey,keyboard-interactive
"""

VSFTPD_CONFIG = """\
listen=YES
listen_address=127.0.0.1
listen_port={port}
background=NO
anonymous_enable=NO
local_enable=YES
write_enable=YES
local_umask=022
local_root={home}
pam_service_name=vsftpd
secure_chroot_dir={root}/ftp/empty
delay_failed_login=0
seccomp_sandbox=NO
isolate=NO
isolate_network=NO
xferlog_enable=NO
ssl_enable=YES
implicit_ssl={implicit}
force_local_logins_ssl={implicit}
force_local_data_ssl={implicit}
rsa_cert_file={root}/ftp/server.pem
rsa_private_key_file={root}/ftp/server.key
"""


def _run(*command, **options):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed ({done.returncode}): {done.stderr or done.stdout}")
    return done.stdout


def _free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def _end_with_parent():
    """A child gets SIGKILL if the script dies, whatever kills it."""
    import ctypes

    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _spawn(port, *command):
    with tempfile.TemporaryFile() as log:
        child = subprocess.Popen([str(c) for c in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                                 preexec_fn=_end_with_parent)  # fmt: skip
        for _ in range(200):
            if child.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return child
            except OSError:
                time.sleep(0.05)
        log.seek(0)
        raise RuntimeError(f"{command[0]} does not answer: " + log.read().decode(errors="replace"))


def _with_descendants(pid):
    children = {}
    for p in Path("/proc").iterdir():
        if p.name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                children.setdefault(int((p / "stat").read_text().rpartition(")")[2].split()[1]), []).append(int(p.name))
    out = [pid]
    for parent in out:
        out += children.get(parent, [])
    return out


class Restartable:
    def __init__(self, port, command):
        self.port, self._command, self._child = port, command, None
        self.begin()

    def begin(self):
        self._child = _spawn(self.port, *self._command)

    def end(self):
        """At once, with all its sessions."""
        if self._child:
            for pid in _with_descendants(self._child.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._child.wait()
            self._child = None


class Servers:
    def __init__(self, root, ftp=True):
        self.root = Path(root).resolve()
        self._ftp = ftp
        self.env = {}
        self._children = []
        self._user = None
        self._made_run_sshd = False

    def __enter__(self):
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    # -- start

    def _start(self):
        if os.geteuid() != 0:
            raise RuntimeError("the remote tests need root: they make a system user")
        for program, package in [("/usr/sbin/sshd", "openssh-server")] + [("/usr/sbin/vsftpd", "vsftpd")] * self._ftp:
            if not os.access(program, os.X_OK):
                raise RuntimeError(f"{program} is missing: install {package}")
        self.root.mkdir(mode=0o755, parents=True, exist_ok=True)
        if any(self.root.iterdir()):
            raise RuntimeError(f"{self.root} is not empty")
        (self.root / ".made-by-servers.py").touch()
        self.root.chmod(0o755)
        self._make_user()
        self._make_keys()
        self._start_sshd()
        if self._ftp:
            self._make_certificates()
            for name, implicit in (("FTP", "NO"), ("FTPS", "YES")):
                self._start_vsftpd(name, implicit)

    def _make_user(self):
        name = "atomtest-" + secrets.token_hex(2)
        home = self.root / "home"
        home.mkdir(mode=0o755)
        _run("useradd", "--no-create-home", "--no-user-group", "--gid", "nogroup", "--home-dir", home, "--shell", "/bin/sh", name)
        self._user = name
        password = secrets.token_urlsafe(12) + "%@/:;"  # what a URL and a parser might stumble over
        _run("chpasswd", input=f"{name}:{password}\n")
        shutil.chown(home, name, "nogroup")
        self.env.update(USER=name, PASSWORD=password, HOME=str(home))

    def _make_keys(self):
        ssh = self.root / "ssh"
        ssh.mkdir(mode=0o755)
        passphrase = secrets.token_urlsafe(8)
        for name, kind, phrase in (
            ("host_ed25519", "ed25519", ""),
            ("changed", "ed25519", ""),
            ("other_kind", "ecdsa", ""),
            ("rsa", "rsa", ""),
            ("user", "ed25519", ""),
            ("user_locked", "ed25519", passphrase),
            ("user_rsa", "rsa", ""),
            ("user_ecdsa", "ecdsa", ""),
            ("user_pem", "rsa -m PEM", passphrase),
            ("user_gcm", "ed25519 -Z aes256-gcm@openssh.com", passphrase),
            ("strange", "ed25519", ""),
        ):
            _run("ssh-keygen", "-q", "-t", *kind.split(), "-N", phrase, "-C", name, "-f", ssh / name)
        public = lambda name: (ssh / f"{name}.pub").read_text()
        (ssh / "authorized_keys").write_text("".join(public(key.name) for key in ssh.glob("user*") if not key.suffix))
        self.env.update({f"KEY_{name.upper()}": str(ssh / f"user_{name}") for name in ("rsa", "ecdsa", "pem", "gcm")}, KEY_STRANGE=str(ssh / "strange"))
        self.env.update(KEY=str(ssh / "user"), LOCKED_KEY=str(ssh / "user_locked"), KEY_PASSPHRASE=passphrase)
        for key, name in (("HOST", "host_ed25519"), ("CHANGED", "changed"), ("OTHER_KIND", "other_kind"), ("RSA", "rsa"), ("STRANGE", "strange")):
            self.env[f"{key}_FINGERPRINT"] = _run("ssh-keygen", "-lf", ssh / f"{name}.pub").split()[1]

    def _make_known_hosts(self, port):
        ssh = self.root / "ssh"
        line = lambda name, p: f"[127.0.0.1]:{p} " + " ".join((ssh / f"{name}.pub").read_text().split()[:2]) + "\n"
        files = {
            "": line("rsa", port) + line("changed", 1) + line("host_ed25519", port),
            "_CHANGED": line("changed", port),
            "_OTHER_KIND": line("other_kind", port),
            "_HASHED": line("other_kind", 1) + line("host_ed25519", port),
            "_EMPTY": "",
        }
        for suffix, text in files.items():
            path = ssh / f"known_hosts{suffix.lower()}"
            path.write_text(text)
            self.env[f"KNOWN_HOSTS{suffix}"] = str(path)
        _run("ssh-keygen", "-H", "-f", self.env["KNOWN_HOSTS_HASHED"])

    def add_known_host(self, port):
        """The server is also reached by this port (a proxy)."""
        key = " ".join((self.root / "ssh/host_ed25519.pub").read_text().split()[:2])
        with open(self.env["KNOWN_HOSTS"], "a", encoding="ascii") as f:
            f.write(f"[127.0.0.1]:{port} {key}\n")

    def _make_certificates(self):
        ftp = self.root / "ftp"
        (ftp / "empty").mkdir(parents=True)
        for name in ("ca", "other_ca"):
            _run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                 f"/CN=atom test {name}", "-keyout", ftp / f"{name}.key", "-out", ftp / f"{name}.pem")  # fmt: skip
            self.env[name.upper()] = str(ftp / f"{name}.pem")
        _run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout", ftp / "server.key", "-out", ftp / "server.csr")
        (ftp / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
        _run("openssl", "x509", "-req", "-in", ftp / "server.csr", "-CA", ftp / "ca.pem", "-CAkey", ftp / "ca.key", "-CAcreateserial", "-days", "2",
             "-extfile", ftp / "names", "-out", ftp / "server.pem")  # fmt: skip

    def _start_sshd(self):
        if not os.path.isdir("/run/sshd"):
            os.mkdir("/run/sshd", 0o755)
            self._made_run_sshd = True
        port = _free_port()
        self._make_known_hosts(port)
        self.env["SFTP_PORT"] = str(port)
        self._children.append(_spawn(port, *self._sshd(port)))
        self._start_strict_sshd()

    def _start_strict_sshd(self):
        ssh, port, both = self.root / "ssh", _free_port(), _free_port()
        key = " ".join((ssh / "rsa.pub").read_text().split()[:2])
        known = "".join(f"[127.0.0.1]:{p} {key}\n" for p in (port, both))
        for suffix, text in (("RSA", known), ("REVOKED", f"{known}@revoked * {key}\n"), ("AUTHORITY", f"@cert-authority * {key}\n")):
            (ssh / f"known_hosts_{suffix.lower()}").write_text(text)
            self.env[f"KNOWN_HOSTS_{suffix}"] = str(ssh / f"known_hosts_{suffix.lower()}")
        config = ssh / "strict_sshd_config"
        config.write_text(STRICT_SSHD_CONFIG.format(port=port, both=both, root=self.root, user=self._user))
        self._children.append(_spawn(port, "/usr/sbin/sshd", "-D", "-e", "-f", config))
        self.env.update(STRICT_PORT=str(port), BOTH_PORT=str(both))

    def _sshd(self, port, subsystem="internal-sftp"):
        config = self.root / f"ssh/sshd_config_{port}"
        config.write_text(SSHD_CONFIG.format(port=port, root=self.root, user=self._user, subsystem=subsystem))
        return "/usr/sbin/sshd", "-D", "-e", "-f", config

    def _start_vsftpd(self, name, implicit):
        port = _free_port()
        self.env[f"{name}_PORT"] = str(port)
        self._children.append(_spawn(port, *self._vsftpd(port, implicit)))

    def _vsftpd(self, port, implicit="NO"):
        config = self.root / f"ftp/{port}.conf"
        config.write_text(VSFTPD_CONFIG.format(port=port, root=self.root, home=self.env["HOME"], implicit=implicit))
        return "/usr/sbin/vsftpd", config

    @contextlib.contextmanager
    def another(self, kind):
        """An sftp or ftp server more, which may end and begin again: see Restartable. It must end within its `with`."""
        port = _free_port()
        self.add_known_host(port)
        server = Restartable(port, self._sshd(port) if kind == "sftp" else self._vsftpd(port))
        try:
            yield server
        finally:
            server.end()

    @contextlib.contextmanager
    def lying(self):
        """An sftp server more, and lie(old, new): from then on its listings have the size `new` for `old`; lie() is the truth again."""
        port = _free_port()
        self.add_known_host(port)
        program, lies = (self.root / f"ssh/{name}_{port}" for name in ("lying_sftp.py", "sizes"))
        shutil.copy(Path(__file__).with_name("lying_sftp.py"), program)  # where the user may read it
        lie = lambda *sizes: lies.write_text(" ".join(map(str, sizes)))
        lie()
        server = Restartable(port, self._sshd(port, f"/usr/bin/python3 {program} {lies}"))
        try:
            yield port, lie
        finally:
            server.end()

    # -- stop

    def stop(self):
        for child in self._children:
            try:
                os.killpg(child.pid, signal.SIGKILL)  # the sessions too
            except ProcessLookupError:
                pass
            child.wait()
        self._children = []
        if self._user:
            self._end_sessions()
            _run("userdel", "--force", self._user)
            self._user = None
        if self._made_run_sshd:
            try:
                os.rmdir("/run/sshd")
            except OSError:
                pass
        if (self.root / ".made-by-servers.py").exists():
            shutil.rmtree(self.root)

    def _end_sessions(self):
        """What runs as the throw-away user was started by these servers, whatever group it is in."""
        uid = pwd.getpwnam(self._user).pw_uid
        for _ in range(100):
            left = [p for p in Path("/proc").iterdir() if p.name.isdigit() and _uid_of(p) == uid]
            if not left:
                return
            for p in left:
                try:
                    os.kill(int(p.name), signal.SIGKILL)
                except ProcessLookupError:
                    pass
            time.sleep(0.02)


def _uid_of(process):
    try:
        return process.stat().st_uid
    except OSError:
        return None


def _start_command(root):
    stop = threading.Event()
    for s in (signal.SIGTERM, signal.SIGINT):
        signal.signal(s, lambda *_: stop.set())
    with Servers(root) as servers:
        pid_file = servers.root / "servers.pid"
        pid_file.write_text(str(os.getpid()))
        for key, value in servers.env.items():
            print(f"{key}={value}")
        print("READY=1", flush=True)

        def read_stop():
            for line in sys.stdin:
                if line.strip() == "stop":
                    stop.set()

        threading.Thread(target=read_stop, daemon=True).start()
        while not stop.wait(1):
            pass


def _stop_command(root):
    pid = int((Path(root) / "servers.pid").read_text())
    os.kill(pid, signal.SIGTERM)
    for _ in range(200):
        if not (Path(root) / "servers.pid").exists():
            return
        time.sleep(0.05)
    raise RuntimeError(f"process {pid} does not end")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("start", "stop"))
    parser.add_argument("--root", required=True)
    args = parser.parse_args()
    (_start_command if args.command == "start" else _stop_command)(args.root)


if __name__ == "__main__":
    main()
