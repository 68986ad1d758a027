"""Creates, stats, lists, reads and deletes many small files, as caches, package trees and shuffles do."""

import os

import seebench_guest as guest

guest.imports_done()

FILES = int(guest.params["files"])
FILES_PER_DIR = 100
CONTENT = bytes(range(256)) * int(guest.params["quarter_kib"])
ROOT = "/out/files"

folders = [f"{ROOT}/{number:05}" for number in range(-(-FILES // FILES_PER_DIR))]
paths = [f"{folders[number // FILES_PER_DIR]}/{number:07}" for number in range(FILES)]


def write(path: str) -> None:
    with open(path, "wb") as file:
        file.write(CONTENT)


def read(path: str) -> int:
    with open(path, "rb") as file:
        return sum(file.read()[::64])


def life_of_files() -> list[int]:
    """Each step over all files is a part; the answer is what the steps saw."""
    with guest.part("create"):
        for folder in folders:
            os.makedirs(folder)
        for path in paths:
            write(path)
    with guest.part("stat"):
        size = sum(os.stat(path).st_size for path in paths)
    with guest.part("list"):
        entries = sum(len(files) for _, _, files in os.walk(ROOT))
    with guest.part("read"):
        content = sum(read(path) for path in paths)
    with guest.part("delete"):
        for path in paths:
            os.unlink(path)
        for folder in folders:
            os.rmdir(folder)
        os.rmdir(ROOT)
    return [size, entries, content]


guest.digest(guest.iterate(life_of_files, work_amount=FILES))
