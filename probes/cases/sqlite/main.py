"""Loads rows into an SQLite database on a file in several transactions, indexes and queries them."""

import sqlite3
from pathlib import Path

import seebench_guest as guest

guest.imports_done()

FILE = Path("/out/state.db")
BATCH = 1000
ROWS = [(number, f"customer {number * 7919 % 503}", number * 31 % 10007) for number in range(guest.params["rows"])]


def load_and_query() -> list[list[object]]:
    base = sqlite3.connect(FILE)
    base.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT, amount INTEGER)")
    for start in range(0, len(ROWS), BATCH):
        with base:
            base.executemany("INSERT INTO orders VALUES (?, ?, ?)", ROWS[start : start + BATCH])
    base.execute("CREATE INDEX by_customer ON orders (customer)")
    found = base.execute(
        "SELECT customer, count(*), sum(amount) FROM orders GROUP BY customer ORDER BY 3 DESC, 1 LIMIT 20"
    ).fetchall()
    base.close()
    FILE.unlink()
    return [list(row) for row in found]


guest.digest(guest.iterate(load_and_query, work_amount=len(ROWS)))
