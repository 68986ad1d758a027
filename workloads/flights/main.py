"""Flights: CSV → clean → join → aggregate → Parquet, in pandas, with every flight that left New York in 2013."""

import os

import seebench_guest as guest

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = str(guest.params["threads"])

import pandas as pd
import pyarrow as pa
import pyarrow.parquet  # pandas would import it in the first iteration

pa.set_cpu_count(guest.params["threads"])
pa.set_io_thread_count(guest.params["threads"])
guest.imports_done()

KEYS = ["name", "month", "engines", "windy"]


def read(name: str, rows: int | None = None) -> pd.DataFrame:
    return pd.read_csv(f"/data/flights/{name}.csv", nrows=rows)


def clean(flights: pd.DataFrame) -> pd.DataFrame:
    """Flights that arrived, with the hour as a time, clock readings as minutes, and no repeated plane at one time."""
    flights = flights.dropna(subset=["dep_time", "arr_time", "arr_delay", "tailnum"])
    flights = flights.drop_duplicates(["tailnum", "time_hour", "sched_dep_time"])
    minutes = flights["dep_time"].astype("int64")
    return flights.assign(
        time_hour=pd.to_datetime(flights["time_hour"], format="ISO8601", utc=True),
        dep_minute=minutes // 100 * 60 + minutes % 100,
        speed_kmh=flights["distance"] * 1.609344 / (flights["air_time"] / 60),
        late=flights["arr_delay"] > 15,
    )


def join(flights: pd.DataFrame) -> pd.DataFrame:
    """With the airline's name, the plane, the airport of destination and the weather of the hour at the origin."""
    planes = read("planes")[["tailnum", "engines", "seats", "manufacturer"]]
    airports = read("airports")[["faa", "alt", "tzone"]].rename(columns={"faa": "dest"})
    weather = read("weather")[["origin", "time_hour", "wind_speed", "visib"]]
    weather = weather.drop_duplicates(["origin", "time_hour"])
    weather["time_hour"] = pd.to_datetime(weather["time_hour"], format="ISO8601", utc=True)
    joined = flights.merge(read("airlines"), on="carrier").merge(planes, on="tailnum", how="left")
    joined = joined.merge(airports, on="dest", how="left").merge(weather, on=["origin", "time_hour"], how="left")
    return joined.assign(engines=joined["engines"].fillna(0).astype("int64"), windy=joined["wind_speed"] > 15)


def aggregate(joined: pd.DataFrame) -> pd.DataFrame:
    """How late, how fast and how full, by airline, month, kind of plane and wind."""
    return joined.groupby(KEYS, as_index=False).agg(
        flights=("flight", "size"),
        late=("late", "mean"),
        delay=("arr_delay", "mean"),
        median_delay=("arr_delay", "median"),
        speed=("speed_kmh", "mean"),
        first_minute=("dep_minute", "min"),
        seats=("seats", "sum"),
        planes=("tailnum", "nunique"),
        zones=("tzone", "nunique"),
        altitude=("alt", "mean"),
        visibility=("visib", "min"),
    )


def pipeline() -> pd.DataFrame:
    """The timed work, each step a part."""
    with guest.part("read"):
        flights = read("flights", guest.params["rows"])
    with guest.part("clean"):
        flights = clean(flights)
    with guest.part("join"):
        joined = join(flights)
    with guest.part("aggregate"):
        answer = aggregate(joined)
    with guest.part("write"):
        joined.to_parquet("/out/flights.parquet", index=False)
        answer.to_parquet("/out/delays.parquet", index=False)
    return answer


guest.iterate(pipeline, work_amount=guest.params["rows"])
guest.digest(pd.read_parquet("/out/delays.parquet").sort_values(KEYS))
