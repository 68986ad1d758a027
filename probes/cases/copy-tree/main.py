"""Copies a tree of small files with their times and modes, and removes the copy."""

import shutil
from pathlib import Path

import seebench_guest as guest

guest.imports_done()

SOURCE, TARGET = Path("/out/source"), Path("/out/target")
FILES = guest.params["files"]
for number in range(FILES):
    path = SOURCE / f"{number % 20}" / f"{number}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x" * (number % 4000))


def copy() -> int:
    shutil.copytree(SOURCE, TARGET)
    total = sum(path.stat().st_size for path in TARGET.rglob("*.txt"))
    shutil.rmtree(TARGET)
    return total


guest.digest(guest.iterate(copy, work_amount=FILES))
