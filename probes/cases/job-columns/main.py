"""A whole job: writes JSON lines, reads them with PyArrow, keeps some, and writes and counts a Feather file."""

import json
import tempfile

import seebench_guest as guest

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import feather
from pyarrow import json as arrow_json

guest.imports_done()

ROWS = guest.params["rows"]

with tempfile.TemporaryDirectory() as scratch:
    with open(f"{scratch}/raw.jsonl", "w") as file:
        for i in range(ROWS):
            file.write(json.dumps({"id": i, "kind": f"k{i % 23}", "value": i * 17 % 10007}) + "\n")
    table = arrow_json.read_json(f"{scratch}/raw.jsonl")
    table = table.filter(pc.greater(table["value"], 2500))
    sums = table.group_by("kind").aggregate([("value", "sum"), ("id", "count")]).sort_by("kind")
    feather.write_feather(sums, f"{scratch}/sums.feather", compression="zstd")
    back = feather.read_table(f"{scratch}/sums.feather")
assert isinstance(back, pa.Table)
guest.digest([list(row.values()) for row in back.to_pylist()])
