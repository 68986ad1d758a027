"""A whole job of the standard library: writes records as JSON files, packs them, and reads them from the archive."""

import io
import json
import tarfile
import tempfile
from pathlib import Path

import seebench_guest as guest

guest.imports_done()

RECORDS = guest.params["records"]

with tempfile.TemporaryDirectory() as scratch:
    records = Path(scratch, "records")
    records.mkdir()
    for i in range(RECORDS):
        record = {"id": i, "tags": [f"t{i % 13}"] * 20, "value": i * 31 % 997}
        Path(records, f"{i:05}.json").write_text(json.dumps(record))
    packed = Path(scratch, "records.tar.gz")
    with tarfile.open(packed, "w:gz", compresslevel=1) as tar:
        for path in sorted(records.iterdir()):
            tar.add(path, arcname=path.name)
    total = 0
    with tarfile.open(packed) as tar:
        for member in tar:
            total += json.load(io.TextIOWrapper(tar.extractfile(member)))["value"]
guest.digest([total])
