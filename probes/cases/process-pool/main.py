"""Starts a pool of two forked processes, gives them small pieces of work, and ends it."""

import multiprocessing

import seebench_guest as guest

guest.imports_done()


def piece(number: int) -> int:
    return sum(i * number % 1009 for i in range(2000))


def pool() -> int:
    with multiprocessing.get_context("fork").Pool(2) as workers:
        return sum(workers.map(piece, range(guest.params["tasks"]), chunksize=5))


guest.digest(guest.iterate(pool, work_amount=guest.params["tasks"]))
