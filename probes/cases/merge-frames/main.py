"""Joins a table of facts with one of keys and sorts the result."""

import seebench_guest as guest

import numpy as np
import pandas as pd

guest.imports_done()

ROWS = guest.params["rows"]
FACTS = pd.DataFrame({"key": np.arange(ROWS) * 7919 % 5003, "amount": np.arange(ROWS) % 1009})
KEYS = pd.DataFrame({"key": np.arange(5003), "region": np.arange(5003) % 12, "weight": np.arange(5003) / 3})


def join() -> list[float]:
    joined = FACTS.merge(KEYS, on="key").sort_values(["region", "amount"], kind="stable")
    joined["worth"] = joined["amount"] * joined["weight"]
    return [round(value, 3) for value in joined.groupby("region")["worth"].sum()]


guest.digest(guest.iterate(join, work_amount=ROWS))
