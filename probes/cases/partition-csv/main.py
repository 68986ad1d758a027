"""Splits rows of a CSV file into one file per key and sums up each of them."""

import csv
from contextlib import ExitStack
from pathlib import Path

import seebench_guest as guest

guest.imports_done()

DIR = Path("/out/parts")
DIR.mkdir()
SOURCE = Path("/out/source.csv")
ROWS = guest.params["rows"]
KEYS = 40
with SOURCE.open("w", newline="") as file:
    csv.writer(file).writerows((i * 17 % KEYS, i, f"name {i % 1000}", i % 97 / 7) for i in range(ROWS))


def partition() -> list[int]:
    with ExitStack() as stack:
        parts = [stack.enter_context((DIR / f"{key}.csv").open("w", newline="")) for key in range(KEYS)]
        writers = [csv.writer(part) for part in parts]
        for row in csv.reader(stack.enter_context(SOURCE.open(newline=""))):
            writers[int(row[0])].writerow(row)
    sums = []
    for key in range(KEYS):
        with (DIR / f"{key}.csv").open(newline="") as part:
            sums.append(sum(int(row[1]) for row in csv.reader(part)))
    return sums


guest.digest(guest.iterate(partition, work_amount=ROWS))
