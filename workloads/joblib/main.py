"""A joblib pool of worker processes: starting it, many small tasks, and arrays shared through memory files."""

import os

import seebench_guest as guest

# One thread in each worker's BLAS; joblib's own limit would be the number of CPUs over the number of workers.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from joblib import Parallel, delayed
from joblib.externals.loky import get_reusable_executor

guest.imports_done()

WORKERS = int(guest.params["workers"])
TASKS = int(guest.params["tasks"])
NUMBERS = int(guest.params["numbers"])
ROUNDS = int(guest.params["rounds"])

numbers = np.random.default_rng(6).random(NUMBERS)


def pool_and_tasks() -> list[object]:
    """A fresh pool each time. Arrays above 1 MB go to the workers as files in /dev/shm, the others through pipes."""
    with Parallel(n_jobs=WORKERS, backend="loky", temp_folder="/dev/shm") as parallel:
        with guest.part("pool_start"):
            parallel(delayed(os.getpid)() for _ in range(WORKERS))
        with guest.part("small_tasks"):
            roots = parallel(delayed(abs)(-number) for number in range(TASKS))
        with guest.part("shared_array"):
            sums = [parallel(delayed(np.sum)(numbers[half::2]) for half in range(2)) for _ in range(ROUNDS)]
    with guest.part("pool_end"):
        get_reusable_executor().shutdown(wait=True)
    return [sum(roots), sums]


guest.digest(guest.iterate(pool_and_tasks, work_amount=TASKS))
