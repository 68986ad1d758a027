"""Reads a log of a web server line by line and counts by path, status and hour."""

import re
from collections import Counter
from pathlib import Path

import seebench_guest as guest

guest.imports_done()

LOG = Path("/out/access.log")
LINES = guest.params["lines"]
PATTERN = re.compile(r'(\S+) \[(\d+):\d+\] "GET (\S+)" (\d{3}) (\d+)')
with LOG.open("w") as log:
    for i in range(LINES):
        request = f'[{i % 24}:{i % 60}] "GET /page/{i * 31 % 113}"'
        log.write(f"10.0.{i % 256}.{i % 7} {request} {(200, 304, 404)[i % 3]} {i % 5000}\n")


def parse() -> list[tuple[str, int]]:
    counts: Counter[str] = Counter()
    with LOG.open() as log:
        for line in log:
            match = PATTERN.match(line)
            if match is not None:
                _, hour, path, status, size = match.groups()
                counts.update((f"hour {hour}", f"path {path}", f"status {status}"))
                counts["bytes"] += int(size)
    return sorted(counts.items())


guest.digest(guest.iterate(parse, work_amount=LINES))
