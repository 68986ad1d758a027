"""Sorts lines in runs that it writes to files, and merges them from there."""

import heapq
from contextlib import ExitStack
from pathlib import Path

import seebench_guest as guest

guest.imports_done()

DIR = Path("/out/runs")
DIR.mkdir()
LINES = guest.params["lines"]
RUN = 2000


def merge_sort() -> int:
    lines = [f"{i * 7919 % 1000003:07}\n" for i in range(LINES)]
    runs = []
    for start in range(0, LINES, RUN):
        run = DIR / f"{start}.txt"
        run.write_text("".join(sorted(lines[start : start + RUN])))
        runs.append(run)
    with ExitStack() as stack:
        files = [stack.enter_context(run.open()) for run in runs]
        check = sum(i * int(line) for i, line in enumerate(heapq.merge(*files)))
    for run in runs:
        run.unlink()
    return check % 2**61


guest.digest(guest.iterate(merge_sort, work_amount=LINES))
