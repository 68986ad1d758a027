"""Replaces addresses and numbers in a file of lines and writes another."""

import re
from pathlib import Path

import seebench_guest as guest

guest.imports_done()

SOURCE, TARGET = Path("/out/raw.txt"), Path("/out/clean.txt")
LINES = guest.params["lines"]
ADDRESS, NUMBER = re.compile(r"[a-z]+@[a-z]+\.org"), re.compile(r"\b\d{5,}\b")
SOURCE.write_text("".join(f"line {i} of user{i}x@host.org name@site.org {i * 99991} {i}\n" for i in range(LINES)))


def scrub() -> int:
    changed = 0
    with SOURCE.open() as source, TARGET.open("w") as target:
        for line in source:
            clean = NUMBER.sub("N", ADDRESS.sub("A", line))
            changed += clean != line
            target.write(clean)
    return changed * 1000 + TARGET.stat().st_size % 1000


guest.digest(guest.iterate(scrub, work_amount=LINES))
