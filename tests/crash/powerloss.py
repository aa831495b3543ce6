#!/usr/bin/env python3
"""Cuts the power at each named point: what was not synced by then is gone, file by file and folder by folder. Then the base must open and be sound,
polls must go on, and in the end all must be as after an undisturbed run.

usage: powerloss.py --atom PATH --generate PATH --forget LIBRARY [--point NAME[:N]] [--full]

LIBRARY is forget.c, which is preloaded. PATH is a build with kill points. Without --full each point is tried once: at its first time
on the second day of kill.py's three, or on another, if it is not reached there.
"""

import argparse
import concurrent.futures
import contextlib
import os
import shutil
import sqlite3
import stat
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, HERE)
import kill  # noqa: E402


class Disk:
    """What of the tree `root` is on the disk for good."""

    def __init__(self, root, store, library):
        self.root, self.store = root, store
        self.env = {"LD_PRELOAD": library, "ATOM_FORGET": store}
        for kind in ("data", "dirs"):
            os.makedirs(os.path.join(store, kind))

    def keep_all(self):
        """Everything that is there now was there for long."""
        for folder, names, files in os.walk(self.root):
            with open(self._kept("dirs", folder), "wb") as out:
                for name in names + files:
                    out.write(b"%d %s\0" % (os.lstat(os.path.join(folder, name)).st_ino, os.fsencode(name)))
            for name in files:
                path = os.path.join(folder, name)
                shutil.copy2(path, self._kept("data", path))

    def cut_power(self):
        """Replaces the tree by what is left of it."""
        gone = self.root + ".gone"
        os.rename(self.root, gone)
        kinds = {os.lstat(p).st_ino: os.lstat(p).st_mode for p in _walk(gone)}
        self._restore(os.stat(gone).st_ino, self.root, kinds)
        shutil.rmtree(gone)
        for kind in ("data", "dirs"):  # other inodes from here on
            shutil.rmtree(os.path.join(self.store, kind))
            os.makedirs(os.path.join(self.store, kind))
        self.keep_all()

    def _restore(self, inode, path, kinds):
        os.mkdir(path)
        listing = os.path.join(self.store, "dirs", str(inode))
        entries = open(listing, "rb").read().split(b"\0")[:-1] if os.path.exists(listing) else []
        for entry in entries:
            number, _, name = entry.partition(b" ")
            target, data = os.path.join(os.fsencode(path), name), os.path.join(self.store, "data", number.decode())
            is_folder = stat.S_ISDIR(kinds.get(int(number), 0)) or os.path.exists(os.path.join(self.store, "dirs", number.decode()))
            if is_folder:
                self._restore(int(number), os.fsdecode(target), kinds)
            elif os.path.exists(data):
                shutil.copy2(data, target)
            else:
                open(target, "wb").close()  # its name was synced, its bytes were not

    def _kept(self, kind, path):
        return os.path.join(self.store, kind, str(os.stat(path).st_ino))


def _walk(root):
    for folder, names, files in os.walk(root):
        yield folder
        yield from (os.path.join(folder, n) for n in files)


def try_point(stages, library, point, each):
    """[(day, what is wrong)] of the days on which the point is reached, or of the first one that is tried."""
    stage, out = stages.get(), []
    try:
        for n in (1, 0, 2):
            wrong = cut_at(stage, library, n, point)
            out += [] if wrong is None else [(n, wrong)]
            if out and not each:
                break
    except AssertionError as e:
        out.append((n, [str(e)]))
    finally:
        stages.put(stage)
    return out


def cut_at(stage, library, n, point):
    """What is wrong; None: not reached."""
    with tempfile.TemporaryDirectory(dir=os.path.dirname(stage.saved)) as store:
        stage.put_back(n)
        stage.begin(n)
        disk = Disk(stage.ws.root, store, library)
        disk.keep_all()
        if not stage.kill_at(n, point, disk.env):
            return None
        disk.cut_power()
        check_base(stage.ws)
        return stage.differences_in_the_end(n)


def check_base(ws):
    if os.path.exists(ws.base_path):
        with contextlib.closing(sqlite3.connect(ws.base_path)) as base:
            found = base.execute("pragma integrity_check").fetchall()
            assert found == [("ok",)], f"the base is damaged: {found}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--atom", required=True)
    parser.add_argument("--generate", required=True)
    parser.add_argument("--forget", required=True)
    parser.add_argument("--point")
    parser.add_argument("--full", action="store_true")
    args = parser.parse_args()
    tries = [args.point] if args.point else [p + times for p in kill.points() for times in (("", ":2", ":3") if args.full else ("",))]
    library, each = os.path.abspath(args.forget), bool(args.full or args.point)
    with kill.quick_folder() as scratch, concurrent.futures.ThreadPoolExecutor(kill.AT_ONCE) as pool:
        days = kill.make_days(os.path.abspath(args.generate), scratch)
        stages = kill.stages_of(args.atom, scratch, days)
        failed, cuts, met = 0, 0, set()
        made = [(p, pool.submit(try_point, stages, library, p, each)) for p in tries]
        for point, t in made:
            for n, wrong in t.result():
                cuts += 1
                met.add(point.split(":")[0])
                failed += bool(wrong)
                if wrong:
                    print(f"DIFFERENT after a power cut at {point} on day {n + 1}")
                    print(*(f"    {line}" for line in wrong[:8]), sep="\n")
    unmet = sorted({p.split(":")[0] for p in tries} - met)
    for point in unmet:
        print(f"NEVER REACHED {point}")
    print(f"{cuts} power cuts at {len(met)} points, {failed} left something else than an undisturbed run")
    return 1 if failed or unmet else 0


if __name__ == "__main__":
    sys.exit(main())
