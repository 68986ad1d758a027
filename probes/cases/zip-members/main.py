"""Writes members into a zip file, then opens it again and reads every one."""

import zipfile
from pathlib import Path

import seebench_guest as guest

guest.imports_done()

FILE = Path("/out/members.zip")
MEMBERS = guest.params["members"]
TEXTS = [f"member {i} " * (20 + i % 200) for i in range(MEMBERS)]


def round_trip() -> int:
    with zipfile.ZipFile(FILE, "w", zipfile.ZIP_DEFLATED) as archive:
        for i, text in enumerate(TEXTS):
            archive.writestr(f"dir/{i}.txt", text)
    with zipfile.ZipFile(FILE) as archive:
        total = sum(len(archive.read(name)) for name in archive.namelist())
    FILE.unlink()
    return total


guest.digest(guest.iterate(round_trip, work_amount=MEMBERS))
