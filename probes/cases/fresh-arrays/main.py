"""A computation on arrays that makes a new one for every step, as pandas code does."""

import seebench_guest as guest

import numpy as np

guest.imports_done()

BASE = np.arange(guest.params["size"], dtype=np.float64)


def steps() -> list[float]:
    found = []
    for number in range(1, 6):
        scaled = BASE * number
        shifted = scaled + 1.0
        squared = shifted * shifted
        found.append(float(squared[:: 1 + squared.size // 97].sum()))
    return found


guest.digest(guest.iterate(steps, work_amount=5 * BASE.size))
