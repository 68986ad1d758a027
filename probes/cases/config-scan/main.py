"""Reads some hundred small settings files through a glob, and merges them."""

import configparser
from pathlib import Path

import seebench_guest as guest

guest.imports_done()

DIR = Path("/out/settings")
DIR.mkdir()
FILES = guest.params["files"]
for number in range(FILES):
    text = "\n".join(f"key{k} = {number * k % 101}" for k in range(5))
    (DIR / f"{number:04}.ini").write_text(f"[part]\n{text}\n")


def scan() -> int:
    total = 0
    for path in sorted(DIR.glob("*.ini")):
        parser = configparser.ConfigParser()
        parser.read(path)
        total += sum(int(value) for value in parser["part"].values())
    return total


guest.digest(guest.iterate(scan, work_amount=FILES))
