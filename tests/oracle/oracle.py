#!/usr/bin/env python3
"""What the engine and its pack must come to, worked out from the domain page alone.

usage: oracle.py --out DIR [--no-gates] [--calendario bancario|corrido] [--remember-scores] poll FILE... [poll FILE...]

Each `poll` is one look at the folder: its files are worked by date, kind and hour, then the dialer's rows are made. What waits is
tried again at the next. For poll N, DIR/pollN holds
  result.json        {"files": [counts of each file], "errors": {name: [[linha, byte, coluna, campo, codigo, valor, registro, warning]]},
                      "exports": {"full": [rows], "incremental": [rows], "baixa": [rows]}, "unmatched": [names]}
  NAME.rejeitados    of each file that has any
  TABLE.jsonl        a table of the base, an array a row; the columns are model.COLUMNS
compare.py checks a workspace against such a folder.

--no-gates: no file waits or is held, as if operations let everything through.
"""

import argparse
import datetime
import json
import os
import sys

import model


def write_poll(folder, oracle, files, unmatched, exports, tables=True):
    os.makedirs(folder, exist_ok=True)
    result = {"files": [], "errors": {}, "exports": exports, "unmatched": [os.path.basename(p) for p in unmatched]}
    for f in files:
        counts, errors, rejected = model.report(f)
        result["files"].append(counts)
        if errors:
            result["errors"][f.name] = errors
        if rejected:
            with open(os.path.join(folder, f.name + ".rejeitados"), "wb") as out:
                out.write(rejected)
    with open(os.path.join(folder, "result.json"), "w", encoding="utf-8") as out:
        json.dump(result, out, ensure_ascii=False, indent=1)
    for name, rows in oracle.tables().items() if tables else ():
        with open(os.path.join(folder, name + ".jsonl"), "w", encoding="utf-8") as out:
            for row in rows:
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
    return result


def run(polls, folder, today=None, **options):
    """polls: lists of paths. Gives the results and leaves the folders that compare.py takes."""
    oracle = model.Oracle(**options)
    results = []
    for n, paths in enumerate(polls, 1):
        files, unmatched, exports = oracle.poll(paths, today or datetime.date.today())
        results.append(write_poll(os.path.join(folder, f"poll{n}"), oracle, files, unmatched, exports))
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True)
    parser.add_argument("--no-gates", action="store_true")
    parser.add_argument("--calendario", choices=("bancario", "corrido"), default="bancario")
    parser.add_argument("--remember-scores", action="store_true")
    parser.add_argument("words", nargs="+", metavar="poll FILE...")
    args = parser.parse_args()
    if args.words[0] != "poll":
        parser.error("the first word is `poll`")
    polls = []
    for word in args.words:
        if word == "poll":
            polls.append([])
        else:
            polls[-1].append(word)
    results = run(polls, args.out, gates=not args.no_gates, calendar=args.calendario, remember_scores=args.remember_scores)
    for n, result in enumerate(results, 1):
        for c in result["files"]:
            counts = f"read {c['read']}\trejected {c['rejected']} {c['rejects']}\twarnings {c['warnings']}"
            print(f"poll {n}\t{c['name']}\t{c['status']} {c['reason']}\t{counts}")
        print(f"poll {n}\t" + "\t".join(f"{kind} {len(rows)}" for kind, rows in result["exports"].items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
