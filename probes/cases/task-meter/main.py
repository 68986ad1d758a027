"""A whole job: exports readings of meters to Parquet with DuckDB, and counts the days on which one used much."""

import tempfile

import seebench_guest as guest

import duckdb

guest.imports_done()

ROWS = guest.params["rows"]

with tempfile.TemporaryDirectory() as scratch, duckdb.connect() as memory:
    reading = f"SELECT range % 250 AS meter, range // 250 AS day, (range * 7919) % 1009 AS used FROM range({ROWS})"
    memory.execute(f"COPY ({reading}) TO '{scratch}/reading.parquet' (FORMAT parquet)")
    found = memory.execute(
        "SELECT meter, COUNT(*) FROM"
        f" (SELECT *, AVG(used) OVER (PARTITION BY meter) AS usual FROM '{scratch}/reading.parquet')"
        " WHERE used > 1.9 * usual GROUP BY meter ORDER BY 2 DESC, 1 LIMIT 25",
    ).fetchall()
guest.digest([list(row) for row in found])
