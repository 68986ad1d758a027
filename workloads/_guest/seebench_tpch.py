"""What the TPC-H workloads share: where the tables are, the canonical rows of an answer, the timed pass.

An engine's module defines one function a query that returns rows in the specification's column order and sort order,
ties broken by the columns that are left. `run` makes one pass over all queries an iteration, each query a part.
"""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import seebench_guest as guest

Rows = Iterable[Sequence[Any]]
Query = Callable[[], Rows]

# The columns of each answer: s string, i integer, d day, c money to the cent, f number to nine significant digits.
# The published answers of query 1 are sums in floating point, those of the others money to the cent.
COLUMNS = {
    "q1": "ssfffffffi",
    "q3": "icdi",
    "q5": "sc",
    "q6": "c",
    "q9": "sic",
    "q13": "ii",
    "q18": "siidci",
    "q21": "si",
}
CENT = decimal.Decimal("0.01")
# Money in the answers has at most four decimals; the sixth is noise of floating point.
SETTLED = decimal.Decimal("0.000001")


def table(name: str) -> str:
    """Path of a table of the data set in params["data"]."""
    return f"/data/{guest.params['data']}/{name}.parquet"


def canonical_rows(query: str, rows: Rows) -> list[list[Any]]:
    """The rows of an answer in plain types, equal for every engine that computed it right."""
    return [[CONVERT[kind](value) for kind, value in zip(COLUMNS[query], row, strict=True)] for row in rows]


def named(rows: Callable[[Any], Rows], *queries: Callable[[], Any]) -> dict[str, Query]:
    """Queries by the names of their functions; `rows` computes what they return, and makes rows of it."""
    return {query.__name__: lambda query=query: rows(query()) for query in queries}


def run(queries: Mapping[str, Query]) -> None:
    """Marks the imports as done, runs the passes, sends the digest of the last one's answers."""
    guest.imports_done()

    def one_pass() -> dict[str, Rows]:
        answers = {}
        for name, query in queries.items():
            with guest.part(name):
                answers[name] = query()
        return answers

    answers = guest.iterate(one_pass, work_amount=len(queries))
    guest.digest({name: canonical_rows(name, rows) for name, rows in answers.items()}, digits=9)


def _cents(value: Any) -> str:
    exact = value if isinstance(value, decimal.Decimal) else decimal.Decimal(float(value)).quantize(SETTLED)
    return str(exact.quantize(CENT, decimal.ROUND_HALF_UP))


def _day(value: Any) -> str:
    return (value.date() if isinstance(value, datetime.datetime) else value).isoformat()


CONVERT: Mapping[str, Callable[[Any], Any]] = {"s": str, "i": int, "d": _day, "c": _cents, "f": float}
