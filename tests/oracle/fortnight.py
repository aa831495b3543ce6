#!/usr/bin/env python3
"""Two weeks of an agency's nights, told in fixtures/fortnight/days.txt (or another story), through atom. Exit 1 on any difference.

usage: fortnight.py --atom PATH [--story FILE] [--orders N] [--after-each N] [--drop [JOB[/RULE]…]] [--keep DIR]
       fortnight.py [--story FILE] --update    writes what the ORACLE makes of the story into its `>` lines: read the diff against the
                                               domain page

The story's `>` lines are what must become of each poll; the oracle (model.py, from the domain page, nothing of the engine in it) must say the
same, and atom's base, outputs, error files and ledger must be the oracle's to the last column after each poll.
--orders N      … also with each poll's files having come in N random orders, and with all files of the story there before one poll
--after-each N  … and N times with a poll after each file: nobody may be called whom the base worked out by then does not call
--drop          each rule of the pack, and each requires, stale_after, holds and brake, taken out in turn: the story must notice
"""

import argparse
import concurrent.futures
import contextlib
import io
import os
import random
import re
import shutil
import sqlite3
import sys
import tempfile

import compare
import days
import model
import oracle
import story

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
STORY = os.path.join(ROOT, "fixtures", "fortnight", "days.txt")
sys.path.insert(0, os.path.join(ROOT, "tests", "tools"))
sys.path.insert(0, os.path.join(ROOT, "tests", "golden"))
from drop_rule import rules_of, without_rule  # noqa: E402
from workspace import Workspace, files_in  # noqa: E402

GATE = re.compile(r"^(requires|stale_after|holds|brake)\s*=\s*(?:\[\n(?:.*\n)*?\]|.*)\n", re.MULTILINE)
AT_ONCE = 2


# ---- what the oracle says -------------------------------------------------------------------------------------------------------------


class Expected:
    """The oracle's word on each poll, in folders that compare.py takes."""

    def __init__(self, polls, folder, calendar="bancario"):
        self.polls, self.folder, self.calendar = polls, folder, calendar
        self.oracle, self.callable, self.told = model.Oracle(calendar=calendar), [], []
        for n, poll in enumerate(polls, 1):
            self.told.append(self.poll(os.path.join(folder, f"poll{n}"), poll))
            self.callable.append(set(self.oracle.mailing()))

    def poll(self, folder, poll):
        os.makedirs(os.path.join(folder, "in"))
        paths = []
        for name, data in poll.files.items():
            paths.append(os.path.join(folder, "in", name))
            with open(paths[-1], "wb") as file:
                file.write(data)
        before = story.statuses(self.oracle)
        for verb, name in poll.deeds:
            story.deed(self.oracle, verb, name)
        files, unmatched, exports = self.oracle.poll(paths, poll.at.date())
        oracle.write_poll(folder, self.oracle, files, unmatched, exports)
        return story.told(self.oracle, files, exports, before)

    def check(self, path):
        """Whether the story says the same."""
        good = True
        for poll, told in zip(self.polls, self.told):
            if poll.expected != [line.strip() for line in told]:
                good = False
                print(f"{path}:{poll.line}: {poll.at:%d/%m %H:%M} {poll.title}")
                print(*(f"    story   {line}" for line in poll.expected if line not in [t.strip() for t in told]), sep="\n")
                print(*(f"    oracle  {line.strip()}" for line in told if line.strip() not in poll.expected), sep="\n")
        return good

    def update(self, path):
        with open(path, encoding="utf-8") as file:
            lines = [line for line in file.read().split("\n") if not re.match(r"\s*>", line)]
        out, n = [], -1
        for line in [*lines, "poll "]:
            if line.startswith("poll "):
                if n >= 0:
                    while out[-1] == "":
                        out.pop()
                    out += [f"  > {text}" for text in self.told[n]] + [""]
                n += 1
            out.append(line)
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(out[:-1]).rstrip("\n") + "\n")


# ---- what atom does -------------------------------------------------------------------------------------------------------------------


class Telling:
    """The story through one workspace."""

    def __init__(self, atom, root, polls, expected, pack=None):
        self.ws = Workspace(atom, root).make()
        for folder in ("jobs", "layouts") if pack else ():
            shutil.rmtree(os.path.join(self.ws.home, folder))
            shutil.copytree(os.path.join(pack, folder), os.path.join(self.ws.home, folder))
        self.ws.set_calendar(expected.calendar)
        self.root, self.polls, self.expected = root, polls, expected
        self.diff = compare.Differences()
        self.invariants = days.Invariants(self.ws, self.diff)

    def people(self, poll):
        listed = self.ws.call("files", "--json", "--at", f"{poll.at:%Y-%m-%d %H:%M}")[1] if poll.deeds else []
        for verb, name in poll.deeds:
            if verb == "take-off":
                os.remove(os.path.join(self.ws.source, name))
                continue
            ids = [str(r["id"]) for r in listed if r["file"] == name and r["status"] in ("held", "waiting")]
            code, _, err = self.ws.call(verb, *(ids or [name]), "--by", "ana")
            if code:
                self.diff.say(f"{verb} {name}", err.splitlines())

    def tell(self, dice=None):
        """Poll by poll against the oracle, up to the first difference; the files of a poll come in the story's order, or in the dice's."""
        for n, poll in enumerate(self.polls, 1):
            self.people(poll)
            names = list(poll.files)
            if dice:
                dice.shuffle(names)
            for name in names:
                self.ws.drop(name, poll.files[name])
            _, rows, _ = self.ws.poll(f"{poll.at:%Y-%m-%d %H:%M}")
            self.compare(n, rows)
            if self.diff.count:
                print(f"  at poll {n}, {poll.at:%d/%m %H:%M}, {poll.title}")
                return False
        return True

    def compare(self, n, rows):
        folder = os.path.join(self.root, f"got{n}")
        outputs = self.invariants.new_outputs()
        self.invariants.take(outputs)
        for sub, files in (("outputs", outputs), ("errors", files_in(self.ws.errors()))):
            os.makedirs(os.path.join(folder, sub))
            for name, data in files.items():
                with open(os.path.join(folder, sub, name), "wb") as file:
                    file.write(data)
        shutil.rmtree(self.ws.errors(), ignore_errors=True)
        ledger = os.path.join(folder, "ledger.jsonl")
        with open(ledger, "w", encoding="utf-8") as file:
            file.writelines(f"{days.json.dumps(r)}\n" for r in rows)
        try:
            expect = os.path.join(self.expected.folder, f"poll{n}")
            self.diff.count += compare.compare(expect, self.ws.base_path, os.path.join(folder, "outputs"), os.path.join(folder, "errors"), ledger)
        except sqlite3.Error as why:
            self.diff.say(f"the base: {why}")

    def one_by_one(self, dice):
        """A poll after each file. At the end of each of the story's polls nobody may be called whom the worked-out base does not call."""
        for poll, callable_then in zip(self.polls, self.expected.callable):
            when = f"{poll.at:%Y-%m-%d %H:%M}"
            self.people_if_they_can(poll)
            names = list(poll.files)
            dice.shuffle(names)
            for name in names:
                self.ws.drop(name, poll.files[name])
                self.ws.poll(when)
            self.ws.poll(when)
            self.invariants.take(self.invariants.new_outputs())
            if surplus := self.invariants.dialer.keys() - callable_then:
                self.diff.say(f"{when} {poll.title}: called, but should not be (order: {names})", sorted(surplus))
                return False
        return True

    def people_if_they_can(self, poll):
        """What is held in the story need not be held in another order: who is asked to approve it, does so where it is."""
        listed = self.ws.call("files", "--json", "--at", f"{poll.at:%Y-%m-%d %H:%M}")[1] if poll.deeds else []
        for verb, name in poll.deeds:
            path = os.path.join(self.ws.source, name)
            if verb == "take-off" and os.path.exists(path):
                os.remove(path)
            for r in listed:
                if r["file"] == name and r["status"] == {"approve": "held", "release": "waiting"}.get(verb):
                    self.ws.call(verb, str(r["id"]), "--by", "ana")


def told_all_at_once(atom, polls, root, dice, calendar):
    """Every file of the story there before one poll, come in some order: the base is that of the days' order."""
    files = {name: data for poll in polls for name, data in poll.files.items()}
    last = story.Poll(polls[-1].at, "all at once", files)
    expected = Expected([last], os.path.join(root, "oracle"), calendar)
    return Telling(atom, os.path.join(root, "once"), [last], expected).tell(dice)


# ---- the pack without one of its rules ------------------------------------------------------------------------------------------------


def cuts():
    """(what is taken out, the job's file, its text without it)"""
    pack = story.make_lines.Path(ROOT)
    for rule in rules_of(pack):
        text = (pack / rule.file).read_text(encoding="utf-8")
        yield str(rule), str(rule.file), without_rule(text, rule.index)
    for path in sorted((pack / "jobs").glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        for gate in GATE.finditer(text):
            yield f"{path.stem}/{gate[1]}", f"jobs/{path.name}", text[: gate.start()] + text[gate.end() :]


def drop(args, polls, expected, what, file, text):
    with tempfile.TemporaryDirectory() as root, contextlib.redirect_stdout(io.StringIO()) as said:
        pack = os.path.join(root, "pack")
        for folder in ("jobs", "layouts"):
            shutil.copytree(os.path.join(ROOT, folder), os.path.join(pack, folder))
        with open(os.path.join(pack, file), "w", encoding="utf-8") as out:
            out.write(text)
        noticed = not Telling(args.atom, os.path.join(root, "told"), polls, expected, pack).tell()
    return what, noticed, said.getvalue()


def dropped(args, polls, expected, pool):
    chosen = [c for c in cuts() if not args.drop or {c[0], c[0].split("/")[0]} & set(args.drop)]
    jobs = [pool.submit(drop, args, polls, expected, *c) for c in chosen]
    missed = []
    for job in jobs:
        what, noticed, said = job.result()
        if not noticed:
            missed.append(what)
        if args.verbose:
            print(f"{what}:\n{said}" if noticed else f"{what}: NOT NOTICED")
    print(*(f"{what}: the fortnight does not notice that it is gone" for what in missed), f"{len(jobs)} taken out, {len(missed)} not noticed", sep="\n")
    return not missed


# ---- all of it ------------------------------------------------------------------------------------------------------------------------


def in_order(args, polls, expected, seed):
    with contextlib.ExitStack() as stack:
        root = args.keep if args.keep and seed is None else stack.enter_context(tempfile.TemporaryDirectory())
        said = stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
        dice = None if seed is None else random.Random(seed)
        good = Telling(args.atom, os.path.join(root, "told"), polls, expected).tell(dice)
        good = good and (seed is None or told_all_at_once(args.atom, polls, root, dice, expected.calendar))
        return good, "" if good else f"order {seed}:\n{said.getvalue()}"


def one_by_one(args, polls, expected, seed):
    with tempfile.TemporaryDirectory() as root, contextlib.redirect_stdout(io.StringIO()) as said:
        good = Telling(args.atom, os.path.join(root, "told"), polls, expected).one_by_one(random.Random(1000 + seed))
    return good, "" if good else f"a poll after each file, order {seed}:\n{said.getvalue()}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--atom")
    parser.add_argument("--story", default=STORY)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--orders", type=int, default=0)
    parser.add_argument("--after-each", type=int, default=0)
    parser.add_argument("--drop", nargs="*")
    parser.add_argument("--verbose", action="store_true", help="with --drop: by what each is noticed")
    parser.add_argument("--keep")
    args = parser.parse_args()
    told = story.Reader(args.story).read()
    polls = told.polls
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ProcessPoolExecutor(AT_ONCE) as pool:
        expected = Expected(polls, folder, told.calendar)
        if args.update:
            expected.update(args.story)
            return 0
        good = expected.check(args.story)
        if args.drop is not None:
            return 0 if dropped(args, polls, expected, pool) and good else 1
        runs = [pool.submit(in_order, args, polls, expected, seed) for seed in [None, *range(args.orders)]]
        runs += [pool.submit(one_by_one, args, polls, expected, seed) for seed in range(args.after_each)]
        for run in runs:
            alike, said = run.result()
            print(said, end="")
            good = good and alike
    print(f"{len(polls)} polls, {sum(len(p.files) for p in polls)} files: {'as the story says' if good else 'DIFFERENT'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
