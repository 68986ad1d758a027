"""A whole job of the standard library: writes access logs, reads them, and sums bytes by status and hour."""

import collections
import re
import tempfile
from pathlib import Path

import seebench_guest as guest

guest.imports_done()

LINES = guest.params["lines"]
FILES = 12
LINE = re.compile(r"(\S+) \[(\d\d):\d\d\] \"GET (\S+)\" (\d{3}) (\d+)")

with tempfile.TemporaryDirectory() as scratch:
    for name in range(FILES):
        with open(Path(scratch, f"access.{name}.log"), "w") as file:
            for i in range(name, LINES, FILES):
                when = f"{i % 24:02}:{i % 60:02}"
                status = 200 if i % 9 else 404
                file.write(f'10.0.{i % 250}.7 [{when}] "GET /item/{i % 977}" {status} {i * 13 % 5003}\n')
    sums = collections.Counter()
    for path in sorted(Path(scratch).glob("*.log")):
        with open(path) as file:
            for line in file:
                _, hour, _, status, size = LINE.match(line).groups()
                sums[status, hour] += int(size)
guest.digest([[*key, value] for key, value in sorted(sums.items())])
