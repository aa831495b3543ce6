"""peak memory: a file of 1 GB through the one-table job, with --full also one of 5 GB; and the most that any run of atom took
"""

import os

from theme_remessa import one_table_workspace

DAY = "2026-11-10"


def load(bench, name, lines):
    path = os.path.join(bench.folder("files"), f"{DAY.replace('-', '')}_180000_remessa_528_out.528")
    bench.generate("remessa", path, "--contracts", lines, "--day", DAY)
    bench.keep(name, bench.imported(one_table_workspace(bench), path, lines))


def measure(bench):
    bench.attempt("1 GB", lambda: load(bench, "1 GB", bench.args.memory_lines))
    if bench.args.full:
        bench.attempt("5 GB", lambda: load(bench, "5 GB", 1_165_000))


def rows(bench):
    out = []
    for name in ("1 GB", "5 GB"):
        if run := bench.first(name):
            out.append(bench.memory(f"peak memory at {run.bytes / 1e9:.2f} GB, in MB", name))
    peaks = {name: bench.peak(name) for name, runs in bench.runs.items() if runs[0].is_atom}
    if peaks:
        out.append(bench.memory("  the most that any run of atom took, in MB", max(peaks, key=peaks.get)))
    return out
