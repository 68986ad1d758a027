"""What a Python workload tells the harness: marks, iterations, parts, values and the digest of its answer.

Importing it marks the interpreter as ready, so import it first. It imports nothing that the interpreter has not
loaded already: "bare Python" is measured with it. Events go to the descriptor in SEEBENCH_EVENTS_FD, one JSON object
a line; without that variable nothing is sent, so that a workload also runs by hand (SEEBENCH_EVENTS_FD=2 shows them).
"""

import atexit
import os
import time

# Hints are strings: the modules `typing` and `__future__` would be files that a bare interpreter does not read.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, TypeVar

    T = TypeVar("T")
    #: The params of the manifest's size; parsed at the first use.
    params: dict[str, Any]

# Taken out of the environment: a program that a workload starts must not write to a descriptor of its own that happens
# to have this number, nor send the marks of a second interpreter.
_fd = int(os.environ.pop("SEEBENCH_EVENTS_FD", "-1"))
_marked: set[str] = set()
_iteration = 0
# Only `seebench certify` sets it; any other launch pays one look into a dictionary.
_inject: "Any" = None
if "SEEBENCH_INJECT" in os.environ:
    import seebench_inject as _inject
# Only instrumented trials have it, and in them only the program itself: not what it starts.
_instrument: "Any" = None
if _fd >= 0 and "SEEBENCH_INSTRUMENT" in os.environ:
    import seebench_instrument as _instrument


# Only a program that is to be snapshotted has it; see `seebench_restore`.
_warm = os.environ.pop("SEEBENCH_WARM_POINT", "")
# Events share stderr there: each begins with a record separator, as in RFC 7464.
_before = b"\x1e" if _warm else b""


def _send(line: str) -> None:
    """Sends one event with one write, which a pipe keeps whole up to 4 KiB and which no other thread splits here."""
    if _fd >= 0:
        os.write(_fd, _before + line.encode() + b"\n")


def _silence() -> None:
    """In a forked child: only the program itself speaks."""
    global _fd, _instrument
    _fd = -1
    _instrument = None


def _mark(name: str) -> None:
    if name not in _marked:
        now = time.time_ns()
        _marked.add(name)
        _send(f'{{"e":"mark","name":"{name}","t":{now}}}')
        if _instrument:
            _instrument.enter(_instrument.SEGMENTS[name], _send)


def __getattr__(name: str) -> "Any":
    if name != "params":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import json

    parsed = json.loads(os.environ.get("SEEBENCH_PARAMS", "{}"))
    globals()["params"] = parsed
    return parsed


def rehearse(work: "Callable[[], object]") -> None:
    """Does `work` once where a snapshot is made, before its warm point: what it loads at its first use is warm then.

    For work on input of its own: what comes after a restore must not have been computed before. Elsewhere a no-op.
    """
    if _warm:
        work()


def imports_done() -> None:
    """Marks the end of the imports, and tells what the sandbox looks like from inside."""
    if _warm:
        import seebench_restore

        seebench_restore.wait_at_warm_point()
    if _inject:
        _inject.slow_down("imports")
    _mark("imports")
    with open("/proc/meminfo", "rb") as meminfo:
        total = next(int(line.split()[1]) * 1024 for line in meminfo if line.startswith(b"MemTotal:"))
    release = "".join(c for c in os.uname().release if c.isprintable() and c not in '"\\')
    _send(f'{{"e":"inside","kernel":"{release}","cpus":{len(os.sched_getaffinity(0))},"mem":{total}}}')


def first_result() -> None:
    """Marks the first computed result; only the first call counts. `iterate` does it after its first iteration."""
    _mark("first_result")


def iterate(work: "Callable[[], T]", *, iterations: int | None = None, work_amount: float | None = None) -> "T":
    """Runs `work` `iterations` times (default: params["iterations"]), sends the time of each, returns the last result.

    `work_amount` is what one iteration gets done, in the manifest's workUnit. The result of an iteration is let go
    before the next starts, outside the timed region. The garbage collector is left as it is.
    """
    global _iteration
    amount = "" if work_amount is None else f',"work":{work_amount}'
    count = __getattr__("params")["iterations"] if iterations is None else iterations
    result: Any = None
    for _iteration in range(count):
        result = None
        if _instrument:
            _instrument.enter(_instrument.iteration(_iteration, ended=False), _send)
        start = time.perf_counter_ns()
        result = work()
        if _inject:
            _inject.slow_down("iteration")
        ns = time.perf_counter_ns() - start
        if _instrument:
            _instrument.enter(_instrument.iteration(_iteration, ended=True), _send)
        first_result()
        _send(f'{{"e":"iteration","i":{_iteration},"ns":{ns}{amount}}}')
        if _inject:
            _inject.calibrate()
    return result


class part:
    """Times a part of the work under a name, as a context manager: `with part("q1"): …` makes metric `part/q1_ns`."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        self._start = time.perf_counter_ns()

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        ns = time.perf_counter_ns() - self._start
        if failed is None:
            _send(f'{{"e":"part","name":"{self._name}","i":{_iteration},"ns":{ns}}}')


def value(name: str, number: float, unit: str) -> None:
    """Sends a further value of the whole trial; `name` has to be a metric that the harness knows."""
    _send(f'{{"e":"value","name":"{name}","value":{number},"unit":"{unit}"}}')


def progress(done: int) -> None:
    """Tells how much of the work is done so far: a place on the axis of `seebench vmas`, and never a measurement."""
    _send(f'{{"e":"progress","done":{done}}}')


def syscall(name: str, ns: "Sequence[float]") -> None:
    """Sends nanoseconds per call, one value a batch (at most 1,000), the cost of the clock already subtracted."""
    _send(f'{{"e":"syscall","name":"{name}","ns":[{",".join(f"{each:.3f}" for each in ns)}]}}')


def digest(answer: object, *, digits: int = 6) -> None:
    """Sends the digest of the answer, floats rounded to `digits` significant digits; see `seebench_digest`. Once."""
    from seebench_digest import digest_of

    _send(f'{{"e":"digest","value":"{digest_of(answer, digits=digits)}"}}')


def done() -> None:
    """Marks the end of the work; called by itself when the interpreter ends."""
    _mark("done")


if _fd >= 0:
    if _fd > 2:
        os.set_inheritable(_fd, False)
    os.register_at_fork(after_in_child=_silence)
    atexit.register(done)
_mark("interpreter")
