"""Fills two tables of SQLite in memory and joins them."""

import sqlite3

import seebench_guest as guest

guest.imports_done()

ROWS = guest.params["rows"]


def join() -> list[int]:
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE TABLE item (id INTEGER PRIMARY KEY, kind INTEGER, price INTEGER)")
        database.execute("CREATE TABLE sale (item INTEGER, count INTEGER)")
        database.executemany("INSERT INTO item VALUES (?, ?, ?)", ((i, i % 23, i * 7 % 101) for i in range(ROWS)))
        database.executemany("INSERT INTO sale VALUES (?, ?)", ((i * 13 % ROWS, i % 9) for i in range(2 * ROWS)))
        query = "SELECT kind, SUM(price * count) FROM sale JOIN item ON item = id GROUP BY kind ORDER BY kind"
        return [total for _, total in database.execute(query)]


guest.digest(guest.iterate(join, work_amount=3 * ROWS))
