"""Snowpark's local testing: DataFrame operations, UDFs, a table function and a stored procedure, with no account."""

from collections.abc import Iterator

import seebench_guest as guest

import pandas as pd
from snowflake.snowpark import DataFrame, Row, Session
from snowflake.snowpark.functions import col, count, lit, pandas_udf, sproc, udf, udtf
from snowflake.snowpark.functions import max as max_of
from snowflake.snowpark.functions import sum as sum_of
from snowflake.snowpark.types import FloatType, LongType, PandasSeriesType, StructField, StructType

guest.imports_done()

ROWS = int(guest.params["rows"])
STORES = 7

# Real numbers of a fixed rule instead of random ones: every step can be worked out by hand.
SALES = [(n % STORES, n, (n * 37 % 1000) / 8) for n in range(ROWS)]


def dataframe(session: Session, sales: DataFrame) -> list[Row]:
    """Filter, aggregate, join, sort."""
    names = session.create_dataframe([(s, f"store {s}") for s in range(STORES)], schema=["store", "name"])
    totals = (
        sales.filter(col("price") > 20)
        .with_column("tax", col("price") * 0.2)
        .group_by("store")
        .agg(sum_of("price").alias("total"), max_of("tax").alias("highest"), count("id").alias("sold"))
    )
    return totals.join(names, "store").sort("name").select("name", "total", "highest", "sold").collect()


def scalar_udf(_: Session, sales: DataFrame) -> list[Row]:
    """A Python function that is called for every row."""

    def charge(store: int, price: float) -> float:
        return price * 1.2 if store % 2 else price

    charged = udf(charge, return_type=FloatType(), input_types=[LongType(), FloatType()])
    return sales.select(sum_of(charged(col("store"), col("price"))).alias("charged")).collect()


def vectorized_udf(_: Session, sales: DataFrame) -> list[Row]:
    """Registered as vectorised, which local testing accepts and calls row by row: this handler can take either."""

    def charge(store: pd.Series, price: pd.Series) -> pd.Series:
        return price * (1 + 0.2 * (store % 2))

    series = [PandasSeriesType(LongType()), PandasSeriesType(FloatType())]
    charged = pandas_udf(charge, return_type=PandasSeriesType(FloatType()), input_types=series)
    return sales.select(sum_of(charged(col("store"), col("price"))).alias("charged")).collect()


def vectorized_udtf(_: Session, sales: DataFrame) -> list[Row]:
    """A handler that really gets pandas frames in local testing: one per group, through a vectorised UDTF."""

    def discount(group: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame({"OFF": group["PRICE"] - group["PRICE"].min()})

    schema = StructType([StructField("off", FloatType())])
    discounted = sales.group_by("store").apply_in_pandas(discount, output_schema=schema)
    return discounted.agg(sum_of("off").alias("total"), count("off").alias("number")).collect()


def table_function(session: Session, sales: DataFrame) -> list[Row]:
    """A UDTF by itself, and joined to every row of a table."""

    class Instalments:
        def process(self, store: int, sale: int, price: float) -> Iterator[tuple[float]]:
            for _ in range(int(store)):
                yield (price / store,)

    schema = StructType([StructField("amount", FloatType())])
    instalments = udtf(Instalments, output_schema=schema, input_types=[LongType(), LongType(), FloatType()])
    alone = session.table_function(instalments(lit(4), lit(1), lit(10.0))).collect()
    # Local testing executes a joined table function only without the SQL simplifier, and only under an aggregation.
    session.sql_simplifier_enabled = False
    joined = sales.join_table_function(instalments(col("store"), col("id"), col("price")))
    total = joined.agg(sum_of("amount").alias("total"), count("amount").alias("number")).collect()
    session.sql_simplifier_enabled = True
    return alone + total


def stored_procedure(session: Session, _: DataFrame) -> list[Row]:
    """A procedure that gets the session and asks it questions of its own."""

    def total(inner: Session, upto: int) -> float:
        numbers = inner.create_dataframe([(n, n * 0.5) for n in range(upto)], schema=["n", "half"])
        return float(numbers.filter(col("n") % 3 == 0).agg(sum_of("half").alias("s")).collect()[0]["S"])

    packages = ["snowflake-snowpark-python"]
    procedure = sproc(total, session=session, return_type=FloatType(), input_types=[LongType()], packages=packages)
    return [Row(TOTAL=procedure(ROWS))]


PARTS = {
    "dataframe": dataframe,
    "scalar_udf": scalar_udf,
    "vectorized_udf": vectorized_udf,
    "vectorized_udtf": vectorized_udtf,
    "udtf": table_function,
    "sproc": stored_procedure,
}


def all_parts() -> dict[str, list[dict[str, object]]]:
    """A new session, so that no iteration finds what an earlier one has registered."""
    session = Session.builder.config("local_testing", True).create()
    sales = session.create_dataframe(SALES, schema=["store", "id", "price"])
    answers: dict[str, list[dict[str, object]]] = {}
    for name, work in PARTS.items():
        with guest.part(name):
            answers[name] = [row.as_dict() for row in work(session, sales)]
        guest.first_result()
    session.close()
    return answers


guest.digest(guest.iterate(all_parts, work_amount=ROWS), digits=9)
