"""Writes a table as Parquet, scans it with a filter on two threads, and aggregates."""

from pathlib import Path

import seebench_guest as guest

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

guest.imports_done()

FILE = Path("/out/table.parquet")
NUMBER = np.arange(guest.params["rows"])
TABLE = pa.table({"key": NUMBER % 97, "value": NUMBER * 31 % 1009, "text": pa.array([f"t{i % 50}" for i in NUMBER])})


def scan() -> list[list[int]]:
    pq.write_table(TABLE, FILE, row_group_size=100_000)
    kept = ds.dataset(FILE).to_table(filter=pc.field("value") > 700)
    sums = kept.group_by("key").aggregate([("value", "sum")]).sort_by("key")
    FILE.unlink()
    return [[kept.num_rows], sums["value_sum"].to_pylist()[:10]]


guest.digest(guest.iterate(scan, work_amount=len(NUMBER)))
