"""In instrumented trials alone: tells what the program has used so far, and begins segments for whoever counts outside.

Docs: docs/explain.md. The other side is provision/syscount.c.
"""

import os
import resource
import time
from collections.abc import Callable

#: No `which` of getpriority, which refuses it: the call that whoever counts system calls looks for.
SEGMENT_CALL = 0x5EEB
#: Between segments, while the numbers are told.
PAUSE = 255
SEGMENTS = {"guest": 1, "interpreter": 2, "imports": 3, "first_result": 4, "done": 5}
ITERATIONS = 1000
#: Long enough for what comes through the harness to be there before the program goes on.
SETTLE_S = 0.02


def enter(segment: int, send: Callable[[str], None]) -> None:
    """Ends a segment, tells the numbers, begins the next."""
    _switch(PAUSE)
    numbers = ",".join(f'"{name}":{value}' for name, value in _usage().items())
    send(f'{{"e":"usage","segment":{segment},{numbers}}}')
    time.sleep(SETTLE_S)
    _switch(segment)


def iteration(number: int, ended: bool) -> int:
    """The segment of an iteration, or of what follows it."""
    return ITERATIONS + 2 * number + ended


def _switch(segment: int) -> None:
    try:
        os.getpriority(SEGMENT_CALL, segment)
    except OSError:
        return


def _usage() -> dict[str, int]:
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    with open("/proc/self/io", "rb") as file:
        io = dict(line.split(b": ") for line in file.read().splitlines())
    with open("/proc/self/maps", "rb") as file:
        vmas = file.read().count(b"\n")
    return {
        "user_ns": round(1e9 * (own.ru_utime + children.ru_utime)),
        "system_ns": round(1e9 * (own.ru_stime + children.ru_stime)),
        "faults": own.ru_minflt + own.ru_majflt + children.ru_minflt + children.ru_majflt,
        "waits": own.ru_nvcsw + children.ru_nvcsw,
        "preemptions": own.ru_nivcsw + children.ru_nivcsw,
        "read_bytes": int(io.get(b"rchar", 0)),
        "written_bytes": int(io.get(b"wchar", 0)),
        "vmas": vmas,
    }
