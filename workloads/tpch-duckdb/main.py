"""TPC-H queries in DuckDB, over Parquet."""

import functools

import seebench_guest as guest
import seebench_tpch as tpch

import duckdb

QUERIES = {
    "q1": """
        select l_returnflag, l_linestatus, sum(l_quantity), sum(l_extendedprice),
               sum(l_extendedprice * (1 - l_discount)), sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)),
               avg(l_quantity), avg(l_extendedprice), avg(l_discount), count(*)
        from lineitem where l_shipdate <= date '1998-12-01' - interval 90 day
        group by all order by 1, 2""",
    "q3": """
        select l_orderkey, sum(l_extendedprice * (1 - l_discount)) as revenue, o_orderdate, o_shippriority
        from customer, orders, lineitem
        where c_mktsegment = 'BUILDING' and c_custkey = o_custkey and l_orderkey = o_orderkey
          and o_orderdate < date '1995-03-15' and l_shipdate > date '1995-03-15'
        group by l_orderkey, o_orderdate, o_shippriority order by revenue desc, o_orderdate, l_orderkey limit 10""",
    "q5": """
        select n_name, sum(l_extendedprice * (1 - l_discount)) as revenue
        from customer, orders, lineitem, supplier, nation, region
        where c_custkey = o_custkey and l_orderkey = o_orderkey and l_suppkey = s_suppkey
          and c_nationkey = s_nationkey and s_nationkey = n_nationkey and n_regionkey = r_regionkey
          and r_name = 'ASIA' and o_orderdate >= date '1994-01-01' and o_orderdate < date '1995-01-01'
        group by n_name order by revenue desc, n_name""",
    "q6": """
        select sum(l_extendedprice * l_discount)
        from lineitem
        where l_shipdate >= date '1994-01-01' and l_shipdate < date '1995-01-01'
          and l_discount between 0.05 and 0.07 and l_quantity < 24""",
    "q9": """
        select n_name, extract(year from o_orderdate) as o_year,
               sum(l_extendedprice * (1 - l_discount) - ps_supplycost * l_quantity)
        from part, supplier, lineitem, partsupp, orders, nation
        where s_suppkey = l_suppkey and ps_suppkey = l_suppkey and ps_partkey = l_partkey and p_partkey = l_partkey
          and o_orderkey = l_orderkey and s_nationkey = n_nationkey and p_name like '%green%'
        group by n_name, o_year order by n_name, o_year desc""",
    "q13": """
        select c_count, count(*) as custdist
        from (
          select c_custkey, count(o_orderkey) as c_count
          from customer left join orders on c_custkey = o_custkey and o_comment not like '%special%requests%'
          group by c_custkey)
        group by c_count order by custdist desc, c_count desc""",
    "q18": """
        select c_name, c_custkey, o_orderkey, o_orderdate, o_totalprice, sum(l_quantity)
        from customer, orders, lineitem
        where o_orderkey in (select l_orderkey from lineitem group by l_orderkey having sum(l_quantity) > 300)
          and c_custkey = o_custkey and o_orderkey = l_orderkey
        group by all order by o_totalprice desc, o_orderdate, o_orderkey limit 100""",
    "q21": """
        select s_name, count(*) as numwait
        from supplier, lineitem as l1, orders, nation
        where s_suppkey = l1.l_suppkey and o_orderkey = l1.l_orderkey and o_orderstatus = 'F'
          and l1.l_receiptdate > l1.l_commitdate and s_nationkey = n_nationkey and n_name = 'SAUDI ARABIA'
          and exists (
            select * from lineitem as l2 where l2.l_orderkey = l1.l_orderkey and l2.l_suppkey <> l1.l_suppkey)
          and not exists (
            select * from lineitem as l3 where l3.l_orderkey = l1.l_orderkey and l3.l_suppkey <> l1.l_suppkey
              and l3.l_receiptdate > l3.l_commitdate)
        group by s_name order by numwait desc, s_name limit 100""",
}
TABLES = ("customer", "lineitem", "nation", "orders", "part", "partsupp", "region", "supplier")


def answer(connection: duckdb.DuckDBPyConnection, sql: str) -> tpch.Rows:
    return connection.execute(sql).fetchall()


def queries() -> dict[str, tpch.Query]:
    """A query by name; each reads its tables from Parquet."""
    # DuckDB would size its memory by what the sandbox shows it, which differs between sandboxes.
    limits = {
        "threads": guest.params["threads"],
        "memory_limit": guest.params["memory"],
        "temp_directory": "/out/spill",
    }
    connection = duckdb.connect(config=limits)
    for name in TABLES:
        connection.execute(f"create view {name} as from read_parquet('{tpch.table(name)}')")
    return {name: functools.partial(answer, connection, sql) for name, sql in QUERIES.items()}


if __name__ == "__main__":
    tpch.run(queries())
