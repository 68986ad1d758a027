"""Rolling means, ranks and shifts over columns that are made anew each time."""

import seebench_guest as guest

import numpy as np
import pandas as pd

guest.imports_done()

ROWS = guest.params["rows"]


def windows() -> list[float]:
    base = np.arange(ROWS, dtype=np.int64)
    frame = pd.DataFrame({"group": base % 97, "value": base * 7919 % 10007})
    frame["mean"] = frame["value"].rolling(50, min_periods=1).mean()
    frame["before"] = frame["value"].shift(1).fillna(0)
    frame["rank"] = frame["value"].rank(method="dense")
    sums = frame.groupby("group")[["mean", "before", "rank"]].sum()
    return [round(float(sums[name].sum()), 2) for name in sums]


guest.digest(guest.iterate(windows, work_amount=ROWS))
