"""Multiplies matrices and solves systems of equations with numpy."""

import seebench_guest as guest

import numpy as np

guest.imports_done()

SIZE = guest.params["size"]
# Whole numbers of few digits: sums that no order of additions can change.
LEFT = np.arange(SIZE * SIZE, dtype=np.float64).reshape(SIZE, SIZE) % 97
SYSTEM = LEFT % 13 + SIZE * 16 * np.eye(SIZE)


def solve() -> list[float]:
    found = []
    for number in range(guest.params["solutions"]):
        wanted = LEFT @ (LEFT.T % (number + 2))
        solution = np.linalg.solve(SYSTEM, SYSTEM @ wanted)
        found.append(round(float(np.abs(solution - wanted).max()), 3))
    return found


guest.digest(guest.iterate(solve, work_amount=guest.params["solutions"]))
