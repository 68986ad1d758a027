"""Writes a file of many MiB, maps it, searches it page by page, and removes it."""

import mmap
from pathlib import Path

import seebench_guest as guest

guest.imports_done()

FILE = Path("/out/haystack")
PIECE = bytes(range(256)) * 4096


def search() -> list[int]:
    with FILE.open("wb") as file:
        for _ in range(guest.params["mib"]):
            file.write(PIECE)
    with FILE.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as held:
        found = [held.find(b"\xff\x00\x01", at) for at in range(0, len(held), 65536)]
        marks = sum(held[at] for at in range(7, len(held), 4096))
    FILE.unlink()
    return [len(found), sum(found), marks]


guest.digest(guest.iterate(search, work_amount=guest.params["mib"] * 2**20))
