"""Threads of a pool read files and hash them."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import seebench_guest as guest

guest.imports_done()

FILES = [Path(f"/out/{i}.bin") for i in range(guest.params["files"])]
for i, file in enumerate(FILES):
    file.write_bytes(bytes([i % 251]) * (200_000 + 1000 * i))
POOL = ThreadPoolExecutor(2)


def hash_file(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def hash_all() -> str:
    return hashlib.sha256("".join(POOL.map(hash_file, FILES)).encode()).hexdigest()


guest.digest(guest.iterate(hash_all, work_amount=len(FILES)))
