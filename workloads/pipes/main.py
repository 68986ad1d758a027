"""Two processes talk through pipes: questions and answers of a few bytes, then a stream of large messages."""

import os

import seebench_guest as guest

guest.imports_done()

ROUND_TRIPS = int(guest.params["round_trips"])
MESSAGES = int(guest.params["messages"])
LARGE = 65_536
SMALL = 64


def read_exactly(fd: int, size: int) -> bytes:
    """A message; a pipe may hand it over in pieces. Empty when the other side has gone."""
    pieces = b""
    while len(pieces) < size:
        piece = os.read(fd, size - len(pieces))
        if not piece:
            return b""
        pieces += piece
    return pieces


def answer(requests: int, replies: int) -> None:
    """The child: turns every small message around, then counts the bytes of the stream."""
    for _ in range(ROUND_TRIPS):
        os.write(replies, read_exactly(requests, SMALL)[::-1])
    received = 0
    while received < MESSAGES * LARGE:
        received += len(os.read(requests, LARGE))
    os.write(replies, received.to_bytes(SMALL, "big"))


def talk() -> list[int]:
    """One child per iteration; its start and end are a part, too."""
    with guest.part("start"):
        to_child, to_parent = os.pipe(), os.pipe()
        child = os.fork()
        if child == 0:
            answer(to_child[0], to_parent[1])
            os._exit(0)
    checked = 0
    with guest.part("round_trips"):
        for number in range(ROUND_TRIPS):
            os.write(to_child[1], number.to_bytes(SMALL, "little"))
            checked += int.from_bytes(read_exactly(to_parent[0], SMALL), "big")
    message = bytes(LARGE)
    with guest.part("stream"):
        for _ in range(MESSAGES):
            # The pipe blocks, and a blocking write is whole.
            os.write(to_child[1], message)
        received = int.from_bytes(read_exactly(to_parent[0], SMALL), "big")
    with guest.part("end"):
        _, status = os.waitpid(child, 0)
    for end in (*to_child, *to_parent):
        os.close(end)
    return [checked, received, status]


guest.digest(guest.iterate(talk, work_amount=2 * ROUND_TRIPS + MESSAGES))
