"""Python threads: a lock that all want, a queue between them, and numpy work that lets go of the interpreter lock."""

import os
import queue
import threading
from collections.abc import Callable

import seebench_guest as guest

# One thread in BLAS: the threads that are measured are Python's.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

guest.imports_done()

THREADS = int(guest.params["threads"])
LOCKINGS = int(guest.params["lockings"])
HANDOVERS = int(guest.params["handovers"])
NUMBERS = int(guest.params["numbers"])

numbers = np.random.default_rng(5).random((THREADS, NUMBERS))


def in_threads(work: Callable[[int], None]) -> None:
    """Runs `work(0)`, `work(1)`, … at the same time and waits for all."""
    threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def count_under_lock() -> int:
    """All threads count one number up, and give the interpreter away while they hold the lock."""
    lock = threading.Lock()
    count = 0

    def work(_: int) -> None:
        nonlocal count
        for turn in range(LOCKINGS):
            with lock:
                count += 1
                if turn % 50 == 0:
                    os.sched_yield()

    in_threads(work)
    return count


def hand_over() -> int:
    """One value goes to and fro between this thread and another through two queues of one place."""
    there: queue.Queue[int] = queue.Queue(1)
    back: queue.Queue[int] = queue.Queue(1)

    def partner() -> None:
        while (value := there.get()) >= 0:
            back.put(value + 1)

    thread = threading.Thread(target=partner)
    thread.start()
    value = 0
    for _ in range(HANDOVERS):
        there.put(value)
        value = back.get()
    there.put(-1)
    thread.join()
    return value


def sort_in_parallel() -> list[float]:
    """Every thread sorts its own numbers; numpy lets the others run meanwhile."""
    medians = [0.0] * THREADS

    def work(number: int) -> None:
        medians[number] = float(np.sort(numbers[number])[NUMBERS // 2])

    in_threads(work)
    return medians


def all_parts() -> list[object]:
    with guest.part("lock"):
        count = count_under_lock()
    with guest.part("queue"):
        handed = hand_over()
    with guest.part("numpy"):
        medians = sort_in_parallel()
    return [count, handed, medians]


guest.digest(guest.iterate(all_parts))
