"""A process sends batches of numbers to another one and gets their sums back."""

import multiprocessing as mp

import seebench_guest as guest

guest.imports_done()

BATCHES = guest.params["batches"]
HERE, THERE = mp.Pipe()


def answer() -> None:
    while (batch := THERE.recv()) is not None:
        THERE.send(sum(batch))


CHILD = mp.get_context("fork").Process(target=answer, daemon=True)
CHILD.start()


def ask() -> int:
    total = 0
    for number in range(BATCHES):
        HERE.send(list(range(number, number + 400)))
        total += HERE.recv()
    return total


RESULT = guest.iterate(ask, work_amount=BATCHES)
HERE.send(None)
CHILD.join()
guest.digest(RESULT)
