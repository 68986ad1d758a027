"""A whole job: fills a DuckDB file with sales and shops, and asks it three questions."""

import tempfile

import seebench_guest as guest

import duckdb

guest.imports_done()

ROWS = guest.params["rows"]
QUESTIONS = (
    "SELECT city, SUM(amount)::BIGINT FROM sale JOIN shop USING (shop) GROUP BY city ORDER BY city",
    "SELECT shop, COUNT(*) FROM sale WHERE amount > 90 GROUP BY shop ORDER BY 2 DESC, 1 LIMIT 10",
    "SELECT day, SUM(amount)::BIGINT FROM sale GROUP BY day ORDER BY day LIMIT 20",
)

with tempfile.TemporaryDirectory() as scratch, duckdb.connect(f"{scratch}/warehouse.duckdb") as warehouse:
    warehouse.execute("CREATE TABLE shop AS SELECT range AS shop, 'city-' || (range % 17) AS city FROM range(200)")
    sales = f"SELECT range * 13 % 200 AS shop, range * 7 % 101 AS amount, range % 365 AS day FROM range({ROWS})"
    warehouse.execute(f"CREATE TABLE sale AS {sales}")
    answers = [warehouse.execute(question).fetchall() for question in QUESTIONS]
guest.digest([[list(row) for row in answer] for answer in answers])
