"""The digest of an answer: equal values have equal digests, whichever library holds them.

Canonical form, one tagged token a value:
- a float or Decimal is rounded to `digits` significant digits, in two steps: first to five digits more, which takes off
  the noise of summing in another order, then to `digits`. So a short decimal that lies on a rounding boundary (half a
  cent) rounds the same way everywhere. A value within noise of "…4999995" can still flip, which is rare, and noise
  around zero is not absorbed (1e-17 is not 0): round such values before. -0.0 is 0.0.
- None, NaN, NaT and NA are one value. Integers, booleans, strings and bytes are exact; 3 and 3.0 differ.
- A date, and a time without zone at midnight, is that day; times are to the microsecond, those with a zone in UTC.
- Lists, tuples, arrays and series are sequences. Dicts and sets have no order. A data frame or table is its columns, by
  name, in their order; a pandas index is left out. The order of rows counts: sort before.
"""

from __future__ import annotations

import datetime
import decimal
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

NULLS = ("NoneType", "NAType", "NaTType", "Null")


def digest_of(answer: object, *, digits: int = 6) -> str:
    """The digest, as `sha256:` and 64 hexadecimal digits."""
    return "sha256:" + hashlib.sha256(canonical(answer, digits).encode("utf-8", "surrogatepass")).hexdigest()


def canonical(value: Any, digits: int = 6) -> str:
    """The canonical form that is hashed; of use when two digests differ."""
    kind = type(value)
    if kind is float:
        return _float(value, digits)
    if kind is str:
        return f"s{len(value)}:{value}"
    if kind is int:
        return f"i{value}"
    if kind.__name__ in NULLS:
        return "N"
    if kind is bool:
        return "b1" if value else "b0"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(canonical(each, digits) for each in value) + "]"
    if isinstance(value, Mapping):
        return "{" + ",".join(sorted(f"{canonical(k, digits)}={canonical(v, digits)}" for k, v in value.items())) + "}"
    if isinstance(value, (set, frozenset)):
        return "<" + ",".join(sorted(canonical(each, digits) for each in value)) + ">"
    if isinstance(value, (bytes, bytearray)):
        return f"y{value.hex()}"
    if isinstance(value, decimal.Decimal):
        return _float(float(value), digits)
    if isinstance(value, (datetime.date, datetime.time, datetime.timedelta)):
        return _time(value)
    return _library(value, digits)


def _float(number: float, digits: int) -> str:
    if number != number:
        return "N"
    settled = float(f"{number:.{digits + 4}e}")
    return f"f{settled or 0.0:.{digits - 1}e}"


def _time(value: datetime.date | datetime.time | datetime.timedelta) -> str:
    if isinstance(value, datetime.timedelta):
        return f"D{value // datetime.timedelta(microseconds=1)}"
    if isinstance(value, datetime.datetime):
        # Arithmetic, not astimezone: a pandas Timestamp becomes a plain datetime here, its nanoseconds dropped.
        plain = datetime.datetime.combine(value.date(), value.time())
        offset = value.utcoffset()
        if offset is not None:
            return f"t{(plain - offset).isoformat()}Z"
        if plain.time() == datetime.time.min:
            return f"d{plain.date().isoformat()}"
        return f"t{plain.isoformat()}"
    return f"d{value.isoformat()}"


def _library(value: Any, digits: int) -> str:
    """Values of numpy, pandas, pyarrow and polars, told by their shape: none of them is imported here."""
    library = type(value).__module__.partition(".")[0]
    if library == "numpy":
        # A nanosecond datetime64 would become an integer in tolist().
        kind = value.dtype.kind
        return canonical((value.astype(f"{kind}8[us]") if kind in "Mm" else value).tolist(), digits)
    if hasattr(value, "to_pylist"):  # pyarrow: array, chunked array; a table is caught by its columns
        if hasattr(value, "column_names"):
            return _table(zip(value.column_names, value.columns, strict=True), digits)
        return canonical(value.to_pylist(), digits)
    if hasattr(value, "as_py"):  # pyarrow scalar
        return canonical(value.as_py(), digits)
    if hasattr(value, "get_columns"):  # polars frame
        return _table(zip(value.columns, value.get_columns(), strict=True), digits)
    if hasattr(value, "iloc") and hasattr(value, "columns"):  # pandas frame
        return _table(((name, value.iloc[:, at]) for at, name in enumerate(value.columns)), digits)
    if hasattr(value, "to_list"):  # series and index of polars and pandas
        return canonical(value.to_list(), digits)
    raise TypeError(f"a value of {type(value).__module__}.{type(value).__qualname__} has no canonical form")


def _table(columns: Iterable[tuple[Any, Any]], digits: int) -> str:
    tokens = (f"{canonical(str(name), digits)}={canonical(column, digits)}" for name, column in columns)
    return "(" + ",".join(tokens) + ")"
