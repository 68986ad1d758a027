"""Makes a workload slower by a known amount of real work, for `seebench certify`: a gate is shown what it must see.

Loaded only where SEEBENCH_INJECT is set. It holds, by case, which kind of work and how many units of it end each
iteration, or the imports: `{"jsonl-ingest@quick": {"at": "iteration", "kind": "cpu", "units": 120}}`. A unit is a fixed
amount of work, not of time: like a slowdown in the program's own code it takes longer where the sandbox is slower. With
`{"calibrate": true}` nothing is added; units of each kind are timed after each iteration, as parts `inject-<kind>`.
"""

import json
import mmap
import os
import zlib

_BLOCK = bytes(range(256)) * 64
_PAGES = 64
#: Units in one timed part of a calibration, by kind: enough for the guest's clock, few enough to cost little.
CALIBRATION_UNITS = {"cpu": 50, "syscall": 500, "fault": 10}


def _cpu(units: int) -> None:
    """A unit is a checksum of 16 KiB, which the core's own cache holds."""
    for _ in range(units):
        zlib.crc32(_BLOCK)


def _syscall(units: int) -> None:
    """A unit is one getppid, which does nothing but enter and leave the kernel."""
    for _ in range(units):
        os.getppid()


def _fault(units: int) -> None:
    """A unit is 64 fresh pages: mapped, each touched once, unmapped."""
    for _ in range(units):
        with mmap.mmap(-1, _PAGES * mmap.PAGESIZE) as fresh:
            fresh[:: mmap.PAGESIZE] = bytes(_PAGES)


_WORK = {"cpu": _cpu, "syscall": _syscall, "fault": _fault}
_injected = json.loads(os.environ.pop("SEEBENCH_INJECT")).get(os.environ.get("SEEBENCH_CASE"), {})


def slow_down(at: str) -> None:
    """Does the added work of this case, if it belongs here: in an `iteration` or at the end of the `imports`."""
    if _injected.get("at") == at:
        _WORK[_injected["kind"]](_injected["units"])


def calibrate() -> None:
    """Times units of every kind, if this launch is there to calibrate."""
    if not _injected.get("calibrate"):
        return
    import seebench_guest as guest

    for kind, units in CALIBRATION_UNITS.items():
        with guest.part(f"inject-{kind}"):
            _WORK[kind](units)
