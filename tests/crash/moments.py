#!/usr/bin/env python3
"""Kills atom at random moments of a story (the fortnight), once at each of its looks, and begins again: after each look what is there must be what
an undisturbed run has there: the base row for row (but for attempts and seconds), the source's folders and the dialer's byte for byte.

usage: moments.py --atom PATH [--moments N] [--seed S] [--story FILE]

The story is told over and over until N looks were killed while they were at work.
"""

import argparse
import concurrent.futures
import os
import random
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(HERE, "..", name) for name in ("oracle", "tools", "crash")]
import fortnight  # noqa: E402
import story  # noqa: E402
from kill import AT_ONCE, differences, snapshot  # noqa: E402
from workspace import Workspace, quick_folder  # noqa: E402


class Teller(fortnight.Telling):
    """Tells the story's looks one by one. The oracle is not asked: that an undisturbed run is right is fortnight.py's matter."""

    def __init__(self, atom, root, told):
        self.ws = Workspace(atom, root).make()
        self.ws.set_calendar(told.calendar)
        self.diff = fortnight.compare.Differences()

    def begin(self, look):
        self.people(look)
        assert not self.diff.count, f"what somebody does before {look.title}"
        for name, data in look.files.items():
            self.ws.drop(name, data)

    def look(self, look):
        code, _, err = self.ws.poll(f"{look.at:%Y-%m-%d %H:%M}")
        assert code in (0, 1), f"exit {code}: {err}"
        return snapshot(self.ws)


def undisturbed(atom, root, told):
    """[(what is there after a look, the seconds that it took)]"""
    teller, out = Teller(atom, root, told), []
    for look in told.polls:
        teller.begin(look)
        began = time.monotonic()
        there = teller.look(look)
        out.append((there, time.monotonic() - began))
    return out


def killed(atom, root, told, expected, seed):
    """(looks that were killed, what is wrong)"""
    teller, chance, kills = Teller(atom, root, told), random.Random(seed), 0
    for look, (wanted, seconds) in zip(told.polls, expected):
        try:
            teller.begin(look)
            moment = chance.uniform(0, seconds)
            kills += teller.ws.poll_killed_after(moment, f"{look.at:%Y-%m-%d %H:%M}")
            for _ in range(4):
                wrong = differences(wanted, teller.look(look))
                if not wrong:
                    wrong = differences(wanted, teller.look(look))  # nothing is left to do
                    break
        except AssertionError as why:
            wrong = [str(why)]
        if wrong:
            return kills, [f"{look.at:%d/%m %H:%M} {look.title}: killed after {moment:.3f} s (seed {seed})", *wrong[:8]]
    return kills, []


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--atom", required=True)
    parser.add_argument("--moments", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--story", default=fortnight.STORY)
    args = parser.parse_args()
    told, kills, failed, tellings = story.Reader(args.story).read(), 0, 0, 0
    with quick_folder() as scratch, concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        expected = undisturbed(args.atom, os.path.join(scratch, "calm"), told)
        while kills < args.moments and not failed and tellings < args.moments:
            seeds = range(args.seed + tellings, args.seed + tellings + AT_ONCE)
            tellings += len(seeds)
            roots = [os.path.join(scratch, str(seed)) for seed in seeds]
            for done, wrong in pool.map(lambda seed, root: killed(args.atom, root, told, expected, seed), seeds, roots):
                kills, failed = kills + done, failed + bool(wrong)
                print(*wrong, sep="\n    ", end="\n" if wrong else "")
    print(f"{kills} kills in {tellings} tellings of {len(told.polls)} looks: {'DIFFERENT' if failed else 'as an undisturbed run'}")
    return 1 if failed or kills < args.moments else 0


if __name__ == "__main__":
    sys.exit(main())
