"""Parses JSON documents, builds an index by word and dumps it to a file."""

import json
from pathlib import Path

import seebench_guest as guest

guest.imports_done()

FILE = Path("/out/index.json")
DOCUMENTS = [
    json.dumps({"id": i, "title": f"document {i % 70}", "words": [f"w{(i * k) % 400}" for k in range(1, 12)]})
    for i in range(guest.params["documents"])
]


def index() -> int:
    places: dict[str, list[int]] = {}
    for text in DOCUMENTS:
        document = json.loads(text)
        for word in (*document["words"], *document["title"].split()):
            places.setdefault(word, []).append(document["id"])
    FILE.write_text(json.dumps(places, sort_keys=True))
    return sum(map(sum, places.values())) + FILE.stat().st_size


guest.digest(guest.iterate(index, work_amount=len(DOCUMENTS)))
