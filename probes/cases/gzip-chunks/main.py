"""Compresses text into a file chunk by chunk, and reads it again line by line."""

import gzip
from pathlib import Path

import seebench_guest as guest

guest.imports_done()

FILE = Path("/out/text.gz")
LINES = [f"{i},{i * 7919 % 10007},{'abc'[i % 3]}\n" for i in range(guest.params["lines"])]


def there_and_back() -> int:
    with gzip.open(FILE, "wt", compresslevel=1) as file:
        for start in range(0, len(LINES), 100):
            file.writelines(LINES[start : start + 100])
    with gzip.open(FILE, "rt") as file:
        total = sum(int(line.split(",")[1]) for line in file)
    FILE.unlink()
    return total


guest.digest(guest.iterate(there_and_back, work_amount=len(LINES)))
