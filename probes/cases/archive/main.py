"""Packs files into a compressed archive and unpacks it again, in memory-backed /out."""

import random
import shutil
import zipfile
from pathlib import Path

import seebench_guest as guest

guest.imports_done()

SOURCE, ARCHIVE, UNPACKED = Path("/out/source"), Path("/out/archive.zip"), Path("/out/unpacked")
WORDS = [f"word{number}" for number in range(2000)]


def make_files(count: int) -> None:
    rng = random.Random(7)
    for number in range(count):
        path = SOURCE / f"{number % 20:02}" / f"{number:05}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(" ".join(rng.choices(WORDS, k=1000)))


def carry() -> list[list[object]]:
    with zipfile.ZipFile(ARCHIVE, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(SOURCE.rglob("*.txt")):
            archive.write(path, path.relative_to(SOURCE))
    with zipfile.ZipFile(ARCHIVE) as archive:
        archive.extractall(UNPACKED)
    found = [[str(path.relative_to(UNPACKED)), path.stat().st_size] for path in sorted(UNPACKED.rglob("*.txt"))]
    shutil.rmtree(UNPACKED)
    return found


make_files(guest.params["files"])
guest.digest(guest.iterate(carry, work_amount=guest.params["files"]))
