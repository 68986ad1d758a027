"""Prints, by name, the canonical forms of one answer held by several libraries. The test runs it in the sandbox."""

import datetime as dt
import decimal
import json

from seebench_digest import canonical

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

COLUMNS = {
    "whole": [1, 2, 3],
    "real": [0.1 + 0.2, None, -0.0],
    "text": ["x", None, "Zoë"],
    "day": [dt.datetime(2020, 1, 1), None, dt.datetime(2020, 1, 2)],
    "at": [dt.datetime(2020, 1, 1, 5), None, dt.datetime(2020, 1, 2, 6, 7, 8, 9)],
}
TABLE = pa.table(COLUMNS)
NOON = "2020-01-01T12:00:00.000000000"
EQUAL = {
    "a table": [
        TABLE,
        TABLE.combine_chunks(),
        TABLE.to_pandas(),
        TABLE.to_pandas(types_mapper=pd.ArrowDtype),
        TABLE.to_pandas().set_index(pd.Index([7, 8, 9])),
        pl.from_arrow(TABLE),
    ],
    "a column": [[1, 2], np.array([1, 2]), pd.Series([1, 2]), pd.Index([1, 2]), pl.Series([1, 2]), pa.array([1, 2])],
    "numbers": [2.5, np.float32(2.5), np.float64(2.5), decimal.Decimal("2.50"), pa.scalar(2.5)],
    "integers": [3, np.int8(3), np.uint64(3), pa.scalar(3)],
    "a matrix": [[[0.0, 1.0], [2.0, 3.0]], np.arange(4.0).reshape(2, 2)],
    "what is missing": [None, float("nan"), np.nan, pd.NA, pd.NaT, np.datetime64("NaT"), pa.scalar(None)],
    "truth": [True, np.bool_(True), pa.scalar(True)],
    "a moment": [dt.datetime(2020, 1, 1, 12), pd.Timestamp(NOON), np.datetime64(NOON), pa.scalar(pd.Timestamp(NOON))],
    "a moment in a zone": [
        dt.datetime(2020, 1, 1, 12, tzinfo=dt.UTC),
        pd.Timestamp("2020-01-01T07:00", tz="America/New_York"),
    ],
    "a span": [dt.timedelta(seconds=5), pd.Timedelta("5s"), np.timedelta64(5, "s")],
    "categories": [["a", "b"], pd.Series(["a", "b"], dtype="category"), pl.Series(["a", "b"], dtype=pl.Categorical)],
}

print(json.dumps({name: sorted({canonical(value) for value in values}) for name, values in EQUAL.items()}))
