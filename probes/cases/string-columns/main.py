"""Splits, replaces and counts in columns of Python strings."""

import seebench_guest as guest

import pandas as pd

guest.imports_done()

ROWS = guest.params["rows"]
NAMES = pd.Series([f" Person {i % 700}, Town-{i * 13 % 90} " for i in range(ROWS)])


def clean() -> list[str]:
    parts = NAMES.str.strip().str.lower().str.split(", ", expand=True)
    towns = parts[1].str.replace("town-", "t", regex=False)
    counts = towns[parts[0].str.contains("7")].value_counts().sort_index()
    return [f"{name}={count}" for name, count in counts.items()]


guest.digest(guest.iterate(clean, work_amount=ROWS))
