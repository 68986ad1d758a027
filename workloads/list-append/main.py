"""Appends millions of one-element lists: many small allocations that stay alive, so the heap only grows."""

import seebench_guest as guest

guest.imports_done()

LISTS = int(guest.params["lists"])


def append() -> list[list[int]]:
    """A list of lists; the answer stays alive until the iteration has been timed."""
    lists: list[list[int]] = []
    for number in range(LISTS):
        lists.append([number])
    return lists


lists = guest.iterate(append, iterations=1, work_amount=LISTS)
guest.digest([len(lists), sum(each[0] for each in lists[:: max(1, LISTS // 10_000)])])
