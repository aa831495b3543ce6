"""Sessions: commands with what they must print, as text, and a shell that runs them. docs/testing.md describes the format.

    # a comment; blank lines and comments stand between commands
    $ command                 run in one shell: cd, exports and background jobs carry over
    > next line of it         (the shell's second prompt: a command of several lines, a here-document)
    a line of stdout          exactly; a blank line inside output is itself
    \\$ 5                      a leading backslash is taken off: the line is "$ 5"; a lone one is a blank line at an end of the output
    ! a line of stderr        without any, stderr must be empty
    ? 2                       exit code; without it, 0
"""

import difflib
import os
import re
import select
import shlex
import signal
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

UNFINISHED = "(no newline at the end)"  # a line of its own after output that does not end with one


class SessionError(Exception):
    """The session's text is wrong, not what the program did."""


@dataclass
class Outcome:
    """What a command printed, line by line, and its exit code."""

    stdout: list[str] = field(default_factory=list)
    stderr: list[str] = field(default_factory=list)
    code: int = 0

    def text(self) -> list[str]:
        """As it stands in a session."""
        lines = [escaped(line) for line in self.stdout]
        for end in {0, len(lines) - 1} if lines else ():
            if lines[end].strip() == "":
                lines[end] = "\\" + lines[end]
        lines += ["! " + line if line else "!" for line in self.stderr]
        return lines + ([f"? {self.code}"] if self.code else [])


@dataclass
class Command:
    line: int  # 1-based, of the `$`
    script: str
    expected: Outcome = field(default_factory=Outcome)
    after: list[str] = field(default_factory=list)  # comments and blank lines that follow, as written


@dataclass
class Session:
    before: list[str] = field(default_factory=list)  # comments and blank lines ahead of the first command
    commands: list[Command] = field(default_factory=list)

    def text(self, outcomes: list[Outcome]) -> str:
        """The session with these outcomes in place of the expected ones (for --update)."""
        lines = list(self.before)
        for command, outcome in zip(self.commands, outcomes, strict=True):
            first, *rest = command.script.split("\n")
            lines += [f"$ {first}", *(f"> {line}".rstrip() for line in rest), *outcome.text(), *command.after]
        return "".join(line + "\n" for line in lines)


def escaped(line: str) -> str:
    return "\\" + line if re.match(r"[$>#!?](?: |$)|\\", line) else line


def parse(text: str, name: str, first_line: int = 1) -> Session:
    """`name` and `first_line` say where the text stands, for faults and for Command.line."""
    session = Session()
    command: Command | None = None
    blanks: list[str] = []  # blank lines that are output only if more output follows
    ended = False  # a comment, stderr or the exit code was seen: no more stdout
    lines = text.split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    for number, line in enumerate(lines, first_line):
        mark, _, rest = line.partition(" ")
        if mark == "$" and rest:
            _close(session, command, blanks)
            blanks, ended = [], False
            command = Command(number, rest)
            session.commands.append(command)
        elif line.strip() == "" or mark == "#":
            ended = ended or mark == "#"
            blanks.append(line)
        elif command is None:
            raise SessionError(f"{name}:{number}: before the first command only comments and blank lines: {line!r}")
        elif mark == ">" and not (command.expected.text() or blanks or ended):
            command.script += "\n" + rest
        elif mark == "!":
            blanks, ended = _keep(command, blanks), True
            command.expected.stderr.append(rest)
        elif mark == "?":
            if not rest.isdecimal():
                raise SessionError(f"{name}:{number}: '? ' is followed by an exit code, not {rest!r}")
            blanks, ended = _keep(command, blanks), True
            command.expected.code = int(rest)
        elif ended:
            raise SessionError(f"{name}:{number}: output after a comment, a '!' or a '?' line (write \\# for a # that is output): {line!r}")
        else:
            command.expected.stdout += [*blanks, line.removeprefix("\\")]
            blanks = []
    _close(session, command, blanks)
    return session


def _keep(command: Command, comments: list[str]) -> list[str]:
    command.after += [line for line in comments if line.strip()]
    return []


def _close(session: Session, command: Command | None, blanks: list[str]) -> None:
    if command is None:
        session.before += blanks
    else:
        command.after += blanks


def normalised(text: str, sandbox: Path | None = None) -> str:
    """What differs from run to run is taken out: how long it took, and where it ran."""
    if sandbox is not None:
        text = text.replace(str(sandbox), "$PWD")
    return re.sub(r'"seconds": ?[0-9][0-9.eE+-]*', '"seconds":0', text)


def lines_of(data: bytes, sandbox: Path) -> list[str]:
    """Output as lines. A carriage return shows as ␍, bytes that are no UTF-8 as \\xNN."""
    text = normalised(data.decode("utf-8", "backslashreplace"), sandbox).replace("\r", "␍")
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else [*lines, UNFINISHED]


class Shell:
    """One bash in a sandbox. Commands run one after the other in it, with stdin empty; on leaving, whatever they left running is killed."""

    def __init__(self, sandbox: Path, atom: Path, home: bool, timeout: float) -> None:
        """`home`: ATOM_HOME names the sandbox; else the program must find its workspace as a user's would."""
        self.sandbox = sandbox
        self.timeout = timeout
        self.scratch = tempfile.TemporaryDirectory(prefix="atom-shell-")
        status_read, self.status_write = os.pipe()
        self.status = os.fdopen(status_read, "rb", buffering=0)
        kept = {name: value for name, value in os.environ.items() if name in ("TMPDIR", "LD_LIBRARY_PATH") or name.endswith("SAN_OPTIONS")}
        env = kept | {"PATH": f"{atom.resolve().parent}:{os.environ['PATH']}", "HOME": str(sandbox), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        if home:
            env["ATOM_HOME"] = str(sandbox)
        self.bash = subprocess.Popen(["bash", "--noprofile", "--norc"], cwd=sandbox, env=env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                     stderr=subprocess.DEVNULL, pass_fds=[self.status_write], start_new_session=True)
        os.close(self.status_write)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            os.killpg(self.bash.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.bash.wait()
        if self.bash.stdin:
            try:
                self.bash.stdin.close()
            except BrokenPipeError:
                pass
        self.status.close()
        self.scratch.cleanup()

    def run(self, script: str) -> Outcome:
        out, err, code = (Path(self.scratch.name, name) for name in ("out", "err", "code"))
        for path in (out, err):
            path.unlink(missing_ok=True)  # a background job of an earlier command may still hold the old one
        code.write_text(script + "\n", encoding="utf-8")
        fd = self.status_write
        request = (f"eval \"$(<{shlex.quote(str(code))})\" >{shlex.quote(str(out))} 2>{shlex.quote(str(err))} </dev/null {fd}>&-;"
                   f" printf '%s\\n' \"$?\" >&{fd}\n")
        try:
            assert self.bash.stdin
            self.bash.stdin.write(request.encode())
            self.bash.stdin.flush()
        except BrokenPipeError:
            return Outcome(stderr=["(the shell has ended: an earlier command was exit)"], code=255)
        status, late = self._status()
        read = [lines_of(path.read_bytes(), self.sandbox) if path.exists() else [] for path in (out, err)]
        return Outcome(read[0], read[1] + ([f"(no end after {self.timeout:g} s: killed)"] if late else []), status)

    def _status(self) -> tuple[int, bool]:
        """The command's exit code, and whether it had to be killed."""
        text = b""
        while not text.endswith(b"\n"):
            ready, _, _ = select.select([self.status], [], [], self.timeout)
            if not ready:
                os.killpg(self.bash.pid, signal.SIGKILL)
                return 137, True
            part = self.status.read(16)
            if not part:
                return self.bash.wait(), False  # the command was `exit`
            text += part
        return int(text), False


def differences(command: Command, outcome: Outcome, name: str) -> list[str]:
    """A unified diff of what was expected and what came, as session text; empty where they are equal."""
    expected = Outcome([normalised(line) for line in command.expected.stdout], [normalised(line) for line in command.expected.stderr],
                       command.expected.code)
    if expected == outcome:
        return []
    return [f"{name}:{command.line}: $ {command.script.splitlines()[0]}",
            *difflib.unified_diff(expected.text(), outcome.text(), "expected", "actual", lineterm="")]
