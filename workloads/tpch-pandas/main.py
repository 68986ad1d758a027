"""TPC-H queries in pandas, over Parquet: only the columns and rows needed are read, the small side is merged first."""

import os
from datetime import date

import seebench_guest as guest
import seebench_tpch as tpch

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = str(guest.params["threads"])

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

pa.set_cpu_count(guest.params["threads"])
pa.set_io_thread_count(guest.params["threads"])
PLAIN = {pa.string_view().id: pa.string(), pa.decimal128(15, 2).id: pa.float64()}


def read(name: str, columns: list[str], where: list[tuple[str, str, date]] | None = None) -> pd.DataFrame:
    """A table with decimals as floating point numbers and dates as datetime64, as pandas code computes with them."""
    # tpchgen stores string_view, which Arrow's filters do not take: `where` is for dates, and strings are masked after.
    stored = pq.read_schema(tpch.table(name))
    plain = pa.schema([field.with_type(PLAIN.get(field.type.id, field.type)) for field in stored])
    return pq.read_table(tpch.table(name), columns=columns, filters=where, schema=plain).to_pandas(date_as_object=False)


def in_1994(column: str) -> list[tuple[str, str, date]]:
    return [(column, ">=", date(1994, 1, 1)), (column, "<", date(1995, 1, 1))]


def rows(frame: pd.DataFrame) -> tpch.Rows:
    return list(frame.itertuples(index=False, name=None))


def q1() -> pd.DataFrame:
    columns = ["l_returnflag", "l_linestatus", "l_quantity", "l_extendedprice", "l_discount", "l_tax"]
    items = read("lineitem", columns, [("l_shipdate", "<=", date(1998, 9, 2))])
    items["disc_price"] = items["l_extendedprice"] * (1 - items["l_discount"])
    items["charge"] = items["disc_price"] * (1 + items["l_tax"])
    return items.groupby(["l_returnflag", "l_linestatus"], as_index=False).agg(
        sum_qty=("l_quantity", "sum"),
        sum_base_price=("l_extendedprice", "sum"),
        sum_disc_price=("disc_price", "sum"),
        sum_charge=("charge", "sum"),
        avg_qty=("l_quantity", "mean"),
        avg_price=("l_extendedprice", "mean"),
        avg_disc=("l_discount", "mean"),
        count_order=("l_quantity", "size"),
    )


def q3() -> pd.DataFrame:
    customers = read("customer", ["c_custkey", "c_mktsegment"])
    customers = customers[customers["c_mktsegment"] == "BUILDING"]
    columns = ["o_orderkey", "o_custkey", "o_orderdate", "o_shippriority"]
    orders = read("orders", columns, [("o_orderdate", "<", date(1995, 3, 15))])
    orders = orders[orders["o_custkey"].isin(customers["c_custkey"])]
    columns = ["l_orderkey", "l_extendedprice", "l_discount"]
    items = read("lineitem", columns, [("l_shipdate", ">", date(1995, 3, 15))])
    items = items.merge(orders, left_on="l_orderkey", right_on="o_orderkey")
    items["revenue"] = items["l_extendedprice"] * (1 - items["l_discount"])
    sums = items.groupby(["l_orderkey", "o_orderdate", "o_shippriority"], as_index=False)["revenue"].sum()
    sums = sums.sort_values(["revenue", "o_orderdate", "l_orderkey"], ascending=[False, True, True]).head(10)
    return sums[["l_orderkey", "revenue", "o_orderdate", "o_shippriority"]]


def q5() -> pd.DataFrame:
    regions = read("region", ["r_regionkey", "r_name"])
    nations = read("nation", ["n_nationkey", "n_name", "n_regionkey"])
    nations = nations[nations["n_regionkey"].isin(regions.loc[regions["r_name"] == "ASIA", "r_regionkey"])]
    customers = read("customer", ["c_custkey", "c_nationkey"])
    customers = customers.merge(nations, left_on="c_nationkey", right_on="n_nationkey")
    orders = read("orders", ["o_orderkey", "o_custkey"], in_1994("o_orderdate"))
    orders = orders.merge(customers, left_on="o_custkey", right_on="c_custkey")[["o_orderkey", "n_nationkey", "n_name"]]
    items = read("lineitem", ["l_orderkey", "l_suppkey", "l_extendedprice", "l_discount"])
    items = items.merge(orders, left_on="l_orderkey", right_on="o_orderkey")
    suppliers = read("supplier", ["s_suppkey", "s_nationkey"])
    items = items.merge(suppliers, left_on=["l_suppkey", "n_nationkey"], right_on=["s_suppkey", "s_nationkey"])
    items["revenue"] = items["l_extendedprice"] * (1 - items["l_discount"])
    sums = items.groupby("n_name", as_index=False)["revenue"].sum()
    return sums.sort_values(["revenue", "n_name"], ascending=[False, True])


def q6() -> pd.DataFrame:
    items = read("lineitem", ["l_quantity", "l_extendedprice", "l_discount"], in_1994("l_shipdate"))
    items = items[items["l_discount"].between(0.05, 0.07) & (items["l_quantity"] < 24)]
    return (items["l_extendedprice"] * items["l_discount"]).agg(["sum"]).to_frame()


def q9() -> pd.DataFrame:
    parts = read("part", ["p_partkey", "p_name"])
    green = parts.loc[parts["p_name"].str.contains("green", regex=False), "p_partkey"]
    items = read("lineitem", ["l_orderkey", "l_partkey", "l_suppkey", "l_quantity", "l_extendedprice", "l_discount"])
    items = items[items["l_partkey"].isin(green)]
    supplies = read("partsupp", ["ps_partkey", "ps_suppkey", "ps_supplycost"])
    items = items.merge(supplies, left_on=["l_partkey", "l_suppkey"], right_on=["ps_partkey", "ps_suppkey"])
    items = items.merge(read("supplier", ["s_suppkey", "s_nationkey"]), left_on="l_suppkey", right_on="s_suppkey")
    items = items.merge(read("nation", ["n_nationkey", "n_name"]), left_on="s_nationkey", right_on="n_nationkey")
    items = items.merge(read("orders", ["o_orderkey", "o_orderdate"]), left_on="l_orderkey", right_on="o_orderkey")
    items["o_year"] = items["o_orderdate"].dt.year
    items["profit"] = items["l_extendedprice"] * (1 - items["l_discount"])
    items["profit"] -= items["ps_supplycost"] * items["l_quantity"]
    sums = items.groupby(["n_name", "o_year"], as_index=False)["profit"].sum()
    return sums.sort_values(["n_name", "o_year"], ascending=[True, False])


def q13() -> pd.DataFrame:
    orders = read("orders", ["o_custkey", "o_comment"])
    counts = orders.loc[~orders["o_comment"].str.contains("special.*requests"), "o_custkey"].value_counts()
    counts = counts.reindex(read("customer", ["c_custkey"])["c_custkey"], fill_value=0)
    spread = counts.value_counts().rename_axis("c_count").reset_index(name="custdist")
    return spread.sort_values(["custdist", "c_count"], ascending=False)


def q18() -> pd.DataFrame:
    quantities = read("lineitem", ["l_orderkey", "l_quantity"]).groupby("l_orderkey")["l_quantity"].sum()
    large = quantities[quantities > 300].rename("quantity")
    orders = read("orders", ["o_orderkey", "o_custkey", "o_orderdate", "o_totalprice"])
    orders = orders.merge(large, left_on="o_orderkey", right_index=True)
    orders = orders.merge(read("customer", ["c_custkey", "c_name"]), left_on="o_custkey", right_on="c_custkey")
    orders = orders.sort_values(["o_totalprice", "o_orderdate", "o_orderkey"], ascending=[False, True, True]).head(100)
    return orders[["c_name", "c_custkey", "o_orderkey", "o_orderdate", "o_totalprice", "quantity"]]


def q21() -> pd.DataFrame:
    items = read("lineitem", ["l_orderkey", "l_suppkey", "l_receiptdate", "l_commitdate"])
    orders = read("orders", ["o_orderkey", "o_orderstatus"])
    items = items[items["l_orderkey"].isin(orders.loc[orders["o_orderstatus"] == "F", "o_orderkey"])]
    pairs = items[["l_orderkey", "l_suppkey"]].drop_duplicates()
    late = items[items["l_receiptdate"] > items["l_commitdate"]]
    late_pairs = late[["l_orderkey", "l_suppkey"]].drop_duplicates()
    several = pairs["l_orderkey"].value_counts().loc[lambda count: count > 1].index
    alone = late_pairs["l_orderkey"].value_counts().loc[lambda count: count == 1].index
    saudi = read("supplier", ["s_suppkey", "s_name", "s_nationkey"])
    saudi = saudi.merge(read("nation", ["n_nationkey", "n_name"]), left_on="s_nationkey", right_on="n_nationkey")
    saudi = saudi[saudi["n_name"] == "SAUDI ARABIA"]
    late = late.merge(saudi, left_on="l_suppkey", right_on="s_suppkey")
    late = late[late["l_orderkey"].isin(several) & late["l_orderkey"].isin(alone)]
    waits = late.groupby("s_name").size().reset_index(name="numwait")
    return waits.sort_values(["numwait", "s_name"], ascending=[False, True]).head(100)


def queries() -> dict[str, tpch.Query]:
    return tpch.named(rows, q1, q3, q5, q6, q9, q13, q18, q21)


if __name__ == "__main__":
    tpch.run(queries())
