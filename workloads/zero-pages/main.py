"""Reads one byte of every page of a fresh anonymous mapping: memory that a program has reserved and never written."""

import mmap

import seebench_guest as guest

guest.imports_done()

SIZE = int(guest.params["mib"]) << 20


def read_pages() -> int:
    """Maps, reads and unmaps; every byte is zero. The slice steps from page to page in C."""
    with mmap.mmap(-1, SIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as area:
        return sum(area[:: mmap.PAGESIZE])


guest.digest(guest.iterate(read_pages, work_amount=SIZE // mmap.PAGESIZE))
