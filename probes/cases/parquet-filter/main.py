"""Writes a table to Parquet and reads two columns of the rows that a filter lets through."""

from pathlib import Path

import seebench_guest as guest

import pyarrow as pa
import pyarrow.parquet as pq

guest.imports_done()

FILE = Path("/out/table.parquet")
ROWS = guest.params["rows"]
TABLE = pa.table(
    {"key": [i * 31 % 2003 for i in range(ROWS)], "part": [i // 1000 for i in range(ROWS)], "x": list(range(ROWS))}
)


def filtered() -> list[int]:
    pq.write_table(TABLE, FILE, row_group_size=25_000)
    table = pq.read_table(FILE, columns=["key", "x"], filters=[("part", "<", 30)])
    FILE.unlink()
    return [table.num_rows, sum(table["x"].to_pylist()[::97])]


guest.digest(guest.iterate(filtered, work_amount=ROWS))
