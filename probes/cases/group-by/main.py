"""Groups rows by two columns, joins the sums back and keeps the largest."""

import seebench_guest as guest

import numpy as np
import pandas as pd

guest.imports_done()

COUNT = guest.params["rows"]
NUMBER = np.arange(COUNT)
FRAME = pd.DataFrame({"a": NUMBER * 7919 % 401, "b": NUMBER % 13, "value": NUMBER * 31 % 1009})


def group() -> list[list[int]]:
    sums = FRAME.groupby(["a", "b"], as_index=False)["value"].sum()
    joined = FRAME.merge(sums, on=["a", "b"], suffixes=("", "_sum"))
    top = joined[joined["value"] * 400 > joined["value_sum"]]
    return [[len(top), int(top["value"].sum())], [len(sums), int(sums["value"].max())]]


guest.digest(guest.iterate(group, work_amount=COUNT))
