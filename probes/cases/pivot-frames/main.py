"""Pivots a long table into a wide one, fills its gaps and melts it again."""

import seebench_guest as guest

import numpy as np
import pandas as pd

guest.imports_done()

ROWS = guest.params["rows"]
LONG = pd.DataFrame({"day": np.arange(ROWS) % 365, "kind": np.arange(ROWS) * 7 % 40, "value": np.arange(ROWS) % 89})


def pivot() -> list[float]:
    wide = LONG.pivot_table(index="day", columns="kind", values="value", aggfunc="mean").ffill().fillna(0)
    long = wide.reset_index().melt(id_vars="day", value_name="mean")
    by_kind = long.groupby("kind")["mean"].sum()
    return [round(value, 4) for value in by_kind.to_numpy()[:5]]


guest.digest(guest.iterate(pivot, work_amount=ROWS))
