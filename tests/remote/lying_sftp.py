#!/usr/bin/python3
"""An sftp subsystem that hands all on from OpenSSH's own, but lies about a size in listings (and only there).

    Subsystem sftp /usr/bin/python3 lying_sftp.py FILE      FILE holds "OLD NEW", two sizes of as many digits; empty: the truth
"""

import struct
import subprocess
import sys
from pathlib import Path

NAME = 104  # SSH_FXP_NAME, draft-ietf-secsh-filexfer-02 section 7: what answers READDIR; each entry has its size in words and in bytes


def main():
    lie = Path(sys.argv[1])
    server = subprocess.Popen(["/usr/lib/openssh/sftp-server"], stdout=subprocess.PIPE)
    while head := server.stdout.read(4):
        body = server.stdout.read(struct.unpack(">I", head)[0])
        if body[0] == NAME and (sizes := lie.read_text().split()):
            old, new = map(int, sizes)
            body = body.replace(b" %d " % old, b" %d " % new).replace(struct.pack(">Q", old), struct.pack(">Q", new))
        sys.stdout.buffer.write(head + body)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
