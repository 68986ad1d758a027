"""A whole job: makes events of users in Polars, cuts them into sessions, and tells the longest of each user."""

import seebench_guest as guest

import polars as pl

guest.imports_done()

ROWS = guest.params["rows"]
USERS = 500

events = pl.DataFrame({"at": pl.arange(0, ROWS, eager=True) * 7919 % (ROWS * 10)}).with_columns(
    user=pl.col("at") * 31 % USERS,
)
sessions = (
    events.sort("user", "at")
    .with_columns(fresh=(pl.col("at").diff().over("user").fill_null(10**9) > 2 * USERS * 10).cast(pl.Int64))
    .with_columns(session=pl.col("fresh").cum_sum().over("user"))
    .group_by("user", "session")
    .agg(pl.len().alias("events"), (pl.col("at").max() - pl.col("at").min()).alias("span"))
)
longest = sessions.group_by("user").agg(pl.col("span").max(), pl.col("events").sum()).sort("user")
guest.digest([list(row) for row in longest.iter_rows()])
