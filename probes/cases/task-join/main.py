"""A whole job: writes two Parquet files with Polars, reads them lazily, joins them, and sums by region."""

import tempfile

import seebench_guest as guest

import polars as pl

guest.imports_done()

ROWS = guest.params["rows"]

with tempfile.TemporaryDirectory() as scratch:
    sale = pl.DataFrame(
        {"shop": pl.arange(0, ROWS, eager=True) * 17 % 400, "amount": pl.arange(0, ROWS, eager=True) % 97}
    )
    shop = pl.DataFrame({"shop": list(range(400)), "region": [f"region {i % 9}" for i in range(400)]})
    sale.write_parquet(f"{scratch}/sale.parquet")
    shop.write_parquet(f"{scratch}/shop.parquet")
    joined = pl.scan_parquet(f"{scratch}/sale.parquet").join(pl.scan_parquet(f"{scratch}/shop.parquet"), on="shop")
    sums = joined.group_by("region").agg(pl.col("amount").sum(), pl.len()).sort("region").collect()
guest.digest([list(row) for row in sums.iter_rows()])
