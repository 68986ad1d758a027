"""Fills an array that is mapped from a file, changes every page of it, and sums what the file says."""

from pathlib import Path

import seebench_guest as guest

import numpy as np

guest.imports_done()

FILE = Path("/out/array.bin")
ITEMS = guest.params["pages"] * 512


def update() -> int:
    array = np.memmap(FILE, dtype=np.int64, mode="w+", shape=(ITEMS,))
    array[:] = 1
    array[::512] += 5
    array.flush()
    del array
    total = int(np.fromfile(FILE, dtype=np.int64).sum())
    FILE.unlink()
    return total


guest.digest(guest.iterate(update, work_amount=ITEMS * 8))
