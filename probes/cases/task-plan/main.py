"""A whole job of the standard library: writes visits as CSV, reads them, and adds up the use of rooms."""

import collections
import csv
import datetime
import tempfile
from pathlib import Path

import seebench_guest as guest

guest.imports_done()

ROWS = guest.params["rows"]
START = datetime.datetime(2026, 1, 5, 8, tzinfo=datetime.UTC)

with tempfile.TemporaryDirectory() as scratch:
    path = Path(scratch, "visits.csv")
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        for i in range(ROWS):
            begin = START + datetime.timedelta(minutes=i * 37)
            writer.writerow(
                [f"room {i % 12}", begin.isoformat(), (begin + datetime.timedelta(minutes=5 + i % 50)).isoformat()]
            )
    used = collections.Counter()
    with path.open(newline="") as file:
        for room, begin, end in csv.reader(file):
            first, last = (datetime.datetime.fromisoformat(text) for text in (begin, end))
            used[room, first.weekday()] += (last - first).seconds
guest.digest([[*key, value] for key, value in sorted(used.items())])
