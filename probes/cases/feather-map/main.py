"""Writes a table in record batches to an Arrow file, maps it and filters it."""

from pathlib import Path

import seebench_guest as guest

import pyarrow as pa
import pyarrow.compute as pc

guest.imports_done()

FILE = Path("/out/table.arrow")
ROWS = guest.params["rows"]
TABLE = pa.table({"id": pa.array(range(ROWS)), "value": pa.array([i % 1013 / 8 for i in range(ROWS)])})


def round_trip() -> list[float]:
    with pa.OSFile(str(FILE), "wb") as sink, pa.ipc.new_file(sink, TABLE.schema) as writer:
        writer.write_table(TABLE, max_chunksize=20_000)
    with pa.memory_map(str(FILE)) as source:
        table = pa.ipc.open_file(source).read_all()
        small = table.filter(pc.less(table["value"], 40.0))
        result = [small.num_rows, pc.sum(small["id"]).as_py()]
    FILE.unlink()
    return result


guest.digest(guest.iterate(round_trip, work_amount=ROWS))
