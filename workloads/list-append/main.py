"""Appends millions of one-element lists: many small allocations that stay alive, so the heap only grows."""

import seebench_guest as guest

guest.imports_done()

LISTS = int(guest.params["lists"])
#: How often it tells how far it is. Only `seebench vmas` asks for that; any other launch appends in one go.
STEP = -(-LISTS // int(guest.params.get("reports", 1)))


def append() -> list[list[int]]:
    """A list of lists; the answer stays alive until the iteration has been timed."""
    lists: list[list[int]] = []
    for start in range(0, LISTS, STEP):
        for number in range(start, min(start + STEP, LISTS)):
            lists.append([number])
        if STEP < LISTS:
            guest.progress(len(lists))
    return lists


lists = guest.iterate(append, iterations=1, work_amount=LISTS)
guest.digest([len(lists), sum(each[0] for each in lists[:: max(1, LISTS // 10_000)])])
