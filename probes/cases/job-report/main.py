"""A whole job of the standard library: fills a SQLite file with bookings, and writes a report of them as HTML."""

import html
import sqlite3
import string
import tempfile
from pathlib import Path

import seebench_guest as guest

guest.imports_done()

ROWS = guest.params["rows"]
PAGE = string.Template("<table>$rows</table>")

with tempfile.TemporaryDirectory() as scratch:
    with sqlite3.connect(Path(scratch, "bookings.db")) as database:
        database.execute("CREATE TABLE booking (hotel TEXT, nights INTEGER, price INTEGER)")
        bookings = ((f"Hotel & {i % 300}", 1 + i % 14, 50 + i * 7 % 200) for i in range(ROWS))
        database.executemany("INSERT INTO booking VALUES (?, ?, ?)", bookings)
        database.commit()
        query = "SELECT hotel, COUNT(*), SUM(nights * price) FROM booking GROUP BY hotel ORDER BY 3 DESC, 1"
        found = database.execute(query).fetchall()
    rows = "".join(f"<tr><td>{html.escape(hotel)}<td>{count}<td>{value}</tr>" for hotel, count, value in found)
    report = Path(scratch, "report.html")
    report.write_text(PAGE.substitute(rows=rows))
    text = report.read_text()
guest.digest([len(text), text[:60]])
