"""Sorts arrays that are made anew, finds unique values and looks others up."""

import seebench_guest as guest

import numpy as np

guest.imports_done()

VALUES = guest.params["values"]


def search() -> list[int]:
    values = np.arange(VALUES, dtype=np.int64) * 7919 % 1_000_003
    values.sort()
    unique, counts = np.unique(values // 10, return_counts=True)
    places = np.searchsorted(unique, np.arange(0, 100_000, 3))
    return [int(unique.size), int(counts.max()), int(places.sum())]


guest.digest(guest.iterate(search, work_amount=VALUES))
