"""A whole job: makes a CSV of orders, cleans it with pandas, sums it by region and month, and writes Parquet."""

import csv
import tempfile

import seebench_guest as guest

import pandas as pd

guest.imports_done()

ROWS = guest.params["rows"]

with tempfile.TemporaryDirectory() as scratch:
    raw = f"{scratch}/orders.csv"
    with open(raw, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["order", "region", "day", "amount"])
        for i in range(ROWS):
            day = f"2026-{1 + i % 12:02}-{1 + i % 28:02}"
            writer.writerow([i, f" region-{i * 7 % 11} ", day, i * 37 % 1009 if i % 17 else ""])
    orders = pd.read_csv(raw, parse_dates=["day"])
    orders = orders.dropna(subset=["amount"])
    orders["region"] = orders["region"].str.strip()
    orders["month"] = orders["day"].dt.month
    sums = orders.groupby(["region", "month"], as_index=False)["amount"].sum()
    sums.to_parquet(f"{scratch}/sums.parquet")
    back = pd.read_parquet(f"{scratch}/sums.parquet")
guest.digest([[region, int(month), int(amount)] for region, month, amount in back.itertuples(index=False)])
