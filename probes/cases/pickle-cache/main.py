"""Stores results of steps as pickles in files of their own, renamed into place, and loads them all again."""

import os
import pickle
from pathlib import Path

import seebench_guest as guest

guest.imports_done()

DIR = Path("/out/cache")
DIR.mkdir()
ENTRIES = guest.params["entries"]


def cache() -> int:
    for i in range(ENTRIES):
        part = DIR / f"{i}.part"
        part.write_bytes(pickle.dumps({"step": i, "rows": list(range(i % 60))}))
        os.replace(part, DIR / f"{i}.pickle")
    total = 0
    for path in DIR.iterdir():
        with path.open("rb") as file:
            total += len(pickle.load(file)["rows"])
        path.unlink()
    return total


guest.digest(guest.iterate(cache, work_amount=ENTRIES))
