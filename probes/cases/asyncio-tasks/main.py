"""Tasks of one event loop hand numbers on through queues."""

import asyncio

import seebench_guest as guest

guest.imports_done()

ITEMS = guest.params["items"]


async def hand_on(source: asyncio.Queue[int], target: asyncio.Queue[int]) -> None:
    for _ in range(ITEMS):
        await target.put(1 + await source.get())


async def chain() -> int:
    first, second, third = (asyncio.Queue[int](maxsize=16) for _ in range(3))
    tasks = [asyncio.create_task(hand_on(first, second)), asyncio.create_task(hand_on(second, third))]

    async def feed() -> None:
        for number in range(ITEMS):
            await first.put(number)

    tasks.append(asyncio.create_task(feed()))
    total = sum([await third.get() for _ in range(ITEMS)])
    await asyncio.gather(*tasks)
    return total


guest.digest(guest.iterate(lambda: asyncio.run(chain()), work_amount=ITEMS))
