"""Walks the tree of the standard library, asks for every file, and reads the first bytes of some."""

import os

import seebench_guest as guest

guest.imports_done()

ROOT = "/usr/lib/python3.11"


def walk() -> list[int]:
    files, bytes_seen, lines = 0, 0, 0
    for directory, _, names in sorted(os.walk(ROOT)):
        for name in sorted(names):
            if not name.endswith(".py"):
                continue
            path = os.path.join(directory, name)
            bytes_seen += os.stat(path).st_size
            files += 1
            if files % guest.params["every"] == 0:
                with open(path, "rb") as file:
                    lines += file.read(512).count(b"\n")
    return [files, bytes_seen, lines]


guest.digest(guest.iterate(walk))
