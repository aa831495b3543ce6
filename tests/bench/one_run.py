"""Runs one program and writes {"code", "seconds", "processor_seconds", "peak_bytes", "wal_bytes"} to a descriptor: one_run.py FD WAL PROGRAM WORD…

A process of its own, and a small one: Linux counts the memory of whoever starts a program as the program's, until that has more itself.
WAL: a file, of which the most bytes that it had are told (it is cut off before its owner ends); '' if there is none.
"""

import json
import os
import sys
import threading
import time


class Largest(threading.Thread):
    def __init__(self, path):
        super().__init__(daemon=True)
        self.path, self.bytes, self.done = path, 0, threading.Event()

    def run(self):
        while not self.done.wait(0.002):
            try:
                self.bytes = max(self.bytes, os.stat(self.path).st_size)
            except OSError:
                pass


def main():
    fd, wal, *command = sys.argv[1:]
    os.set_inheritable(int(fd), False)
    watcher = Largest(wal)
    if wal:
        watcher.start()
    begun = time.monotonic()
    pid = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(pid, 0)
    seconds = time.monotonic() - begun
    if wal:
        watcher.done.set()
        watcher.join()
    result = {
        "code": os.waitstatus_to_exitcode(status),
        "seconds": seconds,
        "processor_seconds": usage.ru_utime + usage.ru_stime,
        "peak_bytes": usage.ru_maxrss * 1024,  # VmHWM; Linux gives KiB
        "wal_bytes": watcher.bytes,
    }
    with open(int(fd), "w", encoding="utf-8") as out:
        json.dump(result, out)


main()
