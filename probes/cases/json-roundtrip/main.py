"""Writes nested records as JSON lines to a file, line by line, reads them again and sums."""

import json
from pathlib import Path

import seebench_guest as guest

guest.imports_done()

FILE = Path("/out/records.jsonl")
RECORDS = [
    {"id": i, "tags": [f"t{i % 7}", f"t{i % 11}"], "value": i * 37 % 1009} for i in range(guest.params["records"])
]


def there_and_back() -> dict[str, int]:
    with FILE.open("w", buffering=1) as file:
        for record in RECORDS:
            file.write(json.dumps(record) + "\n")
    sums: dict[str, int] = {}
    with FILE.open() as file:
        for line in file:
            record = json.loads(line)
            for tag in record["tags"]:
                sums[tag] = sums.get(tag, 0) + record["value"]
    FILE.unlink()
    return sums


guest.digest(guest.iterate(there_and_back, work_amount=len(RECORDS)))
