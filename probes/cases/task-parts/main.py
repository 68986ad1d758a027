"""A whole job: writes a table as a partitioned dataset with PyArrow, and reads two of its partitions with a filter."""

import tempfile

import seebench_guest as guest

import pyarrow as pa
import pyarrow.dataset as ds

guest.imports_done()

ROWS = guest.params["rows"]

with tempfile.TemporaryDirectory() as scratch:
    table = pa.table({"year": [2015 + i % 12 for i in range(ROWS)], "value": [i * 19 % 10007 for i in range(ROWS)]})
    ds.write_dataset(table, scratch, format="parquet", partitioning=ds.partitioning(pa.schema([("year", pa.int64())])))
    parts = ds.dataset(scratch, format="parquet", partitioning=["year"])
    kept = parts.to_table(filter=ds.field("year").isin([2016, 2021]) & (ds.field("value") > 5000))
guest.digest([kept.num_rows, sum(kept["value"].to_pylist())])
