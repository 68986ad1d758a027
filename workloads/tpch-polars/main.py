"""TPC-H queries in Polars, lazily, over Parquet."""

import os
from datetime import date

import seebench_guest as guest
import seebench_tpch as tpch

os.environ["POLARS_MAX_THREADS"] = str(guest.params["threads"])  # read once, on import

import polars as pl
from polars import col

REVENUE = col("l_extendedprice") * (1 - col("l_discount"))


YEAR_1994 = (date(1994, 1, 1), date(1995, 1, 1), "left")


def scan(name: str) -> pl.LazyFrame:
    """A table, its decimals as the floating point numbers that Polars code computes with."""
    return pl.scan_parquet(tpch.table(name)).with_columns(pl.selectors.decimal().cast(pl.Float64))


def rows(frame: pl.LazyFrame) -> tpch.Rows:
    return frame.collect().rows()


def q1() -> pl.LazyFrame:
    return (
        scan("lineitem")
        .filter(col("l_shipdate") <= date(1998, 9, 2))
        .group_by("l_returnflag", "l_linestatus")
        .agg(
            pl.sum("l_quantity", "l_extendedprice"),
            REVENUE.sum().alias("disc_price"),
            (REVENUE * (1 + col("l_tax"))).sum().alias("charge"),
            pl.mean("l_quantity", "l_extendedprice", "l_discount").name.prefix("mean_"),
            pl.len(),
        )
        .sort("l_returnflag", "l_linestatus")
    )


def q3() -> pl.LazyFrame:
    day = date(1995, 3, 15)
    return (
        scan("customer")
        .filter(col("c_mktsegment") == "BUILDING")
        .join(scan("orders").filter(col("o_orderdate") < day), left_on="c_custkey", right_on="o_custkey")
        .join(scan("lineitem").filter(col("l_shipdate") > day), left_on="o_orderkey", right_on="l_orderkey")
        .group_by("o_orderkey", "o_orderdate", "o_shippriority")
        .agg(REVENUE.sum().alias("revenue"))
        .select("o_orderkey", "revenue", "o_orderdate", "o_shippriority")
        .sort("revenue", "o_orderdate", "o_orderkey", descending=[True, False, False])
        .head(10)
    )


def q5() -> pl.LazyFrame:
    return (
        scan("nation")
        .join(scan("region").filter(col("r_name") == "ASIA"), left_on="n_regionkey", right_on="r_regionkey")
        .join(scan("customer"), left_on="n_nationkey", right_on="c_nationkey")
        .join(
            scan("orders").filter(col("o_orderdate").is_between(*YEAR_1994)), left_on="c_custkey", right_on="o_custkey"
        )
        .join(scan("lineitem"), left_on="o_orderkey", right_on="l_orderkey")
        .join(scan("supplier"), left_on=["l_suppkey", "n_nationkey"], right_on=["s_suppkey", "s_nationkey"])
        .group_by("n_name")
        .agg(REVENUE.sum().alias("revenue"))
        .sort("revenue", "n_name", descending=[True, False])
    )


def q6() -> pl.LazyFrame:
    return (
        scan("lineitem")
        .filter(col("l_shipdate").is_between(*YEAR_1994), col("l_quantity") < 24)
        .filter(col("l_discount").is_between(0.05, 0.07))
        .select((col("l_extendedprice") * col("l_discount")).sum())
    )


def q9() -> pl.LazyFrame:
    profit = REVENUE - col("ps_supplycost") * col("l_quantity")
    return (
        scan("part")
        .filter(col("p_name").str.contains("green", literal=True))
        .join(scan("partsupp"), left_on="p_partkey", right_on="ps_partkey")
        .join(scan("supplier"), left_on="ps_suppkey", right_on="s_suppkey")
        .join(scan("lineitem"), left_on=["p_partkey", "ps_suppkey"], right_on=["l_partkey", "l_suppkey"])
        .join(scan("orders"), left_on="l_orderkey", right_on="o_orderkey")
        .join(scan("nation"), left_on="s_nationkey", right_on="n_nationkey")
        .group_by("n_name", col("o_orderdate").dt.year().alias("o_year"))
        .agg(profit.sum().alias("sum_profit"))
        .sort("n_name", "o_year", descending=[False, True])
    )


def q13() -> pl.LazyFrame:
    orders = scan("orders").filter(~col("o_comment").str.contains("special.*requests"))
    return (
        scan("customer")
        .join(orders, left_on="c_custkey", right_on="o_custkey", how="left")
        .group_by("c_custkey")
        .agg(col("o_orderkey").count().alias("c_count"))
        .group_by("c_count")
        .len("custdist")
        .sort("custdist", "c_count", descending=True)
    )


def q18() -> pl.LazyFrame:
    large = scan("lineitem").group_by("l_orderkey").agg(col("l_quantity").sum()).filter(col("l_quantity") > 300)
    return (
        scan("orders")
        .join(large, left_on="o_orderkey", right_on="l_orderkey")
        .join(scan("customer"), left_on="o_custkey", right_on="c_custkey")
        .select("c_name", "o_custkey", "o_orderkey", "o_orderdate", "o_totalprice", "l_quantity")
        .sort("o_totalprice", "o_orderdate", "o_orderkey", descending=[True, False, False])
        .head(100)
    )


def q21() -> pl.LazyFrame:
    late = scan("lineitem").filter(col("l_receiptdate") > col("l_commitdate"))
    suppliers = scan("lineitem").group_by("l_orderkey").agg(col("l_suppkey").n_unique().alias("suppliers"))
    late_suppliers = late.group_by("l_orderkey").agg(col("l_suppkey").n_unique().alias("late_suppliers"))
    return (
        scan("supplier")
        .join(scan("nation").filter(col("n_name") == "SAUDI ARABIA"), left_on="s_nationkey", right_on="n_nationkey")
        .join(late, left_on="s_suppkey", right_on="l_suppkey")
        .join(scan("orders").filter(col("o_orderstatus") == "F"), left_on="l_orderkey", right_on="o_orderkey")
        .join(suppliers.filter(col("suppliers") > 1), on="l_orderkey")
        .join(late_suppliers.filter(col("late_suppliers") == 1), on="l_orderkey")
        .group_by("s_name")
        .len("numwait")
        .sort("numwait", "s_name", descending=[True, False])
        .head(100)
    )


def queries() -> dict[str, tpch.Query]:
    return tpch.named(rows, q1, q3, q5, q6, q9, q13, q18, q21)


if __name__ == "__main__":
    tpch.run(queries())
