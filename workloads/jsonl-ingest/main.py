"""JSON lines ingest: parse, validate and normalise nested events, to Arrow, to Parquet. A seed makes the lines."""

import json
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import seebench_guest as guest

import pandas  # pyarrow would import it in the first iteration  # noqa: F401
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

pa.set_cpu_count(guest.params["threads"])
pa.set_io_thread_count(guest.params["threads"])
guest.imports_done()

LINES = Path("/out/events.jsonl")
PARQUET = Path("/out/events.parquet")
KINDS = ("view", "search", "cart", "purchase")
SCHEMA = pa.schema(
    {
        "id": pa.int64(),
        "kind": pa.string(),
        "at": pa.timestamp("us", tz="UTC"),
        "user": pa.string(),
        "country": pa.string(),
        "lat": pa.float64(),
        "lon": pa.float64(),
        "cents": pa.int64(),
        "tags": pa.list_(pa.string()),
    }
)


def make_lines(count: int, seed: int) -> None:
    """Writes events as services send them: prices as text or number, fields absent, one line in 100 cut off."""
    rng = random.Random(seed)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    with LINES.open("w") as out:
        for number in range(count):
            price = rng.randrange(100, 500_000) / 100
            event: dict[str, Any] = {
                "id": number,
                "event": {"kind": rng.choice(KINDS), "price": f"{price:.2f}" if number % 3 else price},
                "at": (start + timedelta(milliseconds=1700 * number)).isoformat().replace("+00:00", "Z"),
                "user": {"id": f"u{rng.randrange(5000):05}", "name": rng.choice(("Zoë", "李雷", "Ana", "Bjørn"))},
                "tags": rng.sample(("new", "mobile", "sale", "abo", "test"), rng.randrange(4)),
            }
            if number % 5:
                geo = {"lat": rng.uniform(-60, 70), "lon": rng.uniform(-180, 180)}
                event["user"]["geo"] = {"country": rng.choice(("de", "FR", "us", "Jp")), **geo}
            line = json.dumps(event, ensure_ascii=number % 2 == 0)
            out.write((line[: len(line) // 2] if number % 100 == 42 else line) + "\n")


def normalise(event: dict[str, Any]) -> tuple[Any, ...]:
    """One row of SCHEMA. Raises KeyError, TypeError or ValueError for an event that is not valid."""
    kind = event["event"]["kind"]
    if kind not in KINDS:
        raise ValueError(kind)
    user = event["user"]
    geo = user.get("geo") or {}
    country = geo.get("country")
    at = datetime.fromisoformat(event["at"]).astimezone(UTC)
    cents = round(float(event["event"]["price"]) * 100)
    tags = sorted(set(event["tags"]))
    return (event["id"], kind, at, user["id"], country and country.upper(), geo.get("lat"), geo.get("lon"), cents, tags)


def ingest() -> Counter[str]:
    """The timed work: from lines to Parquet. Returns how many lines were refused, by reason."""
    refused: Counter[str] = Counter()
    rows = []
    with guest.part("parse"), LINES.open() as lines:
        for line in lines:
            try:
                rows.append(normalise(json.loads(line)))
            except (KeyError, TypeError, ValueError) as error:
                refused[type(error).__name__] += 1
    with guest.part("arrow"):
        columns = zip(*rows, strict=True)
        arrays = [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)]
        table = pa.Table.from_arrays(arrays, schema=SCHEMA)
    with guest.part("write"):
        pq.write_table(table, PARQUET, compression="zstd")
    return refused


make_lines(guest.params["lines"], guest.params["seed"])
refused = guest.iterate(ingest, work_amount=LINES.stat().st_size / 1e6)
stored = pq.read_table(PARQUET)
stored = stored.append_column("tag_count", pc.list_value_length(stored["tags"]))
sums = stored.group_by(["kind", "country"]).aggregate(
    [
        ("id", "sum"),
        ("at", "max"),
        ("user", "count_distinct"),
        ("lat", "mean"),
        ("lon", "min"),
        ("cents", "sum"),
        ("tag_count", "sum"),
    ]
)
guest.digest({"refused": dict(refused), "sums": sums.sort_by([("kind", "ascending"), ("country", "ascending")])})
