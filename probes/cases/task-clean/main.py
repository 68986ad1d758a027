"""A whole job: makes messy addresses, cleans them with pandas, and writes what is left as CSV."""

import tempfile

import seebench_guest as guest

import pandas as pd

guest.imports_done()

ROWS = guest.params["rows"]
STREETS = ("Main St.", " main street", "HIGH ST", "high street ", "Park  Ave")

with tempfile.TemporaryDirectory() as scratch:
    raw = pd.DataFrame({"street": [STREETS[i % 5] for i in range(ROWS)], "number": [i * 7 % 300 for i in range(ROWS)]})
    street = raw["street"].str.strip().str.lower().str.replace(r"\s+", " ", regex=True)
    raw["street"] = street.str.replace(r"\bst\.?$", "street", regex=True).str.title()
    clean = raw.drop_duplicates().sort_values(["street", "number"])
    clean.to_csv(f"{scratch}/clean.csv", index=False)
    back = pd.read_csv(f"{scratch}/clean.csv")
guest.digest([len(back), *sorted(back["street"].unique())])
