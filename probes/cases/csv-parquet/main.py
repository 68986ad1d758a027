"""Reads a CSV file into columns with Arrow, writes them as Parquet and reads that back."""

from pathlib import Path

import seebench_guest as guest

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

pa.set_cpu_count(guest.params["threads"])
pa.set_io_thread_count(guest.params["threads"])
guest.imports_done()

CSV, PARQUET = Path("/out/rows.csv"), Path("/out/rows.parquet")


def make_rows(count: int) -> None:
    with CSV.open("w") as out:
        out.write("id,name,amount,share\n")
        for number in range(count):
            out.write(f"{number},customer {number * 7919 % 5003},{number * 31 % 10007},{number % 1000 / 8}\n")


def convert() -> list[object]:
    pq.write_table(pa.csv.read_csv(CSV), PARQUET, compression="zstd")
    table = pq.read_table(PARQUET)
    return [table.num_rows, pc.sum(table["amount"]).as_py(), pc.sum(table["share"]).as_py()]


make_rows(guest.params["rows"])
guest.digest(guest.iterate(convert, work_amount=guest.params["rows"]))
