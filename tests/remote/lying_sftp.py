#!/usr/bin/python3
"""An sftp subsystem that hands all on from OpenSSH's own, but lies about a size in listings (and only there). The lines that listings have for
people are "?": nobody is to read them.

    Subsystem sftp /usr/bin/python3 lying_sftp.py FILE      FILE holds "OLD NEW", two sizes; empty: the truth
"""

import struct
import subprocess
import sys
from pathlib import Path

NAME = 104  # SSH_FXP_NAME, draft-ietf-secsh-filexfer-02 section 7: what answers READDIR


def without_lines(body):
    """Of each entry: name, line, flags and what they say follows (size, owner, mode, times)."""
    out, at = body[:9], 9
    for _ in range(struct.unpack(">I", body[5:9])[0]):
        for is_line in (False, True):
            end = at + 4 + struct.unpack(">I", body[at : at + 4])[0]
            out += b"\0\0\0\1?" if is_line else body[at:end]
            at = end
        flags = struct.unpack(">I", body[at : at + 4])[0]
        end = at + 4 + sum(size for bit, size in ((1, 8), (2, 8), (4, 4), (8, 8)) if flags & bit)
        out, at = out + body[at:end], end
    return out


def main():
    lie = Path(sys.argv[1])
    server = subprocess.Popen(["/usr/lib/openssh/sftp-server"], stdout=subprocess.PIPE)
    while head := server.stdout.read(4):
        body = server.stdout.read(struct.unpack(">I", head)[0])
        if body[0] == NAME:
            body = without_lines(body)
            if sizes := lie.read_text().split():
                old, new = map(int, sizes)
                body = body.replace(struct.pack(">Q", old), struct.pack(">Q", new))
        sys.stdout.buffer.write(struct.pack(">I", len(body)) + body)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
