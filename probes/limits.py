"""Runs into one limit of its sandbox, and says what it meets.

The parameter `limit` names it, `asked` is what the sandbox was given. Lines of JSON on stdout: `{"reached": n}` on the
way, as often as it gets further, and last `{"reached": n, "seen": text}`. A program that is killed has no last line;
that is an answer too.
"""

import errno
import hashlib
import json
import mmap
import os
import socket
import sys
import threading
import time
from collections.abc import Callable

PARAMS = json.loads(os.environ.get("SEEBENCH_PARAMS", "{}"))
ASKED = int(PARAMS.get("asked", 0))
MIB = 1 << 20
PRIVATE = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
# How far past a limit a program goes before it says that there is none.
BEYOND = 2
SECONDS = float(PARAMS.get("seconds", 3))
SILENCE = "silence"


def say(reached: float, seen: str | None = None) -> None:
    line = {"reached": reached} if seen is None else {"reached": reached, "seen": seen}
    os.write(1, (json.dumps(line) + "\n").encode())


def error_name(error: OSError) -> str:
    return errno.errorcode.get(error.errno or 0, str(error.errno))


def begin() -> None:
    """Tells the harness that from now on it counts."""
    os.write(3, (json.dumps({"e": "mark", "name": "imports", "t": time.time_ns()}) + "\n").encode())


def memory() -> None:
    """Takes and touches memory, a little at a time."""
    held = []
    step = 2 * MIB
    try:
        while len(held) * step < BEYOND * ASKED:
            block = mmap.mmap(-1, step, flags=PRIVATE)
            for at in range(0, step, mmap.PAGESIZE):
                block[at] = 1
            held.append(block)
            say(len(held) * step)
    except (MemoryError, OSError) as error:
        say(len(held) * step, "ENOMEM" if isinstance(error, OSError) else "MemoryError")
        return
    say(len(held) * step, SILENCE)


def untouched_memory() -> None:
    """Reads one byte of each page of memory that nobody wrote to: one page of zeros can stand for all of them."""
    block = mmap.mmap(-1, BEYOND * ASKED, flags=PRIVATE)
    total = 0
    for at in range(0, len(block), mmap.PAGESIZE):
        total += block[at]
        if at % (16 * MIB) == 0:
            say(at)
    say(len(block), SILENCE if total == 0 else "not zero")


def address_space() -> None:
    """Asks for address space that it does not touch."""
    held = []
    step = 16 * MIB
    try:
        while len(held) * step < BEYOND * ASKED:
            held.append(mmap.mmap(-1, step, flags=PRIVATE))
    except (MemoryError, OSError) as error:
        say(len(held) * step, error_name(error) if isinstance(error, OSError) else "MemoryError")
        return
    say(len(held) * step, SILENCE)


def burn(until: float) -> None:
    block = b"x" * (4 * MIB)
    # Hashing large blocks lets other threads of Python run beside.
    while time.monotonic() < until:
        hashlib.sha256(block).digest()


def cpu() -> None:
    """Keeps every CPU busy that it is given, with as many threads as the host has."""
    until = time.monotonic() + SECONDS
    threads = [threading.Thread(target=burn, args=(until,)) for _ in range(int(PARAMS.get("threads", 2)))]
    began, used = time.monotonic(), time.process_time()
    begin()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    share = (time.process_time() - used) / (time.monotonic() - began)
    say(share, f"{len(os.sched_getaffinity(0))} CPUs, {share:.2f} used by its own clock")


def processes() -> None:
    """Forks children that wait until it may not."""
    count = 1
    try:
        while count < BEYOND * ASKED:
            if os.fork() == 0:
                time.sleep(SECONDS * 10)
                os._exit(0)
            count += 1
            say(count)
    except OSError as error:
        say(count, error_name(error))
        os._exit(0)
    say(count, SILENCE)
    os._exit(0)


def threads() -> None:
    """Starts threads that wait until it may not."""
    # The program itself is the first.
    count = 1
    end = threading.Event()
    try:
        while count < BEYOND * ASKED:
            threading.Thread(target=end.wait, daemon=True).start()
            count += 1
            say(count)
    except (RuntimeError, OSError) as error:
        say(count, "EAGAIN" if isinstance(error, RuntimeError) else error_name(error))
        os._exit(0)
    say(count, SILENCE)
    os._exit(0)


def open_files() -> None:
    held = []
    try:
        while len(held) < BEYOND * ASKED:
            held.append(os.open("/dev/null", os.O_RDONLY))
    except OSError as error:
        say(max(held) + 1, error_name(error))
        return
    say(max(held) + 1, SILENCE)


def write_until_refused(path: str) -> None:
    step = 256 * 1024
    block = b"x" * step
    written = 0
    file = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        while written < BEYOND * ASKED:
            written += os.write(file, block)
            say(written)
    except OSError as error:
        say(written, error_name(error))
        return
    say(written, SILENCE)


def file_size() -> None:
    write_until_refused("/out/limits")


def tmpfs_size() -> None:
    write_until_refused("/tmp/limits")


def io_bandwidth() -> None:
    """Reads a file of the host's disk that is not in the page cache."""
    began = time.monotonic()
    total = 0
    with open("/workload/block", "rb", buffering=0) as file:
        while block := file.read(256 * 1024):
            total += len(block)
    seconds = time.monotonic() - began
    say(total / seconds, f"{total / MIB:.0f} MiB in {seconds:.2f} s")


def network() -> None:
    """Asks for a way to an address of documentation (RFC 5737). Connecting a datagram socket sends nothing."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(("192.0.2.1", 9))
    except OSError as error:
        say(0, error_name(error))
        return
    say(1, SILENCE)


def wall_clock() -> None:
    began = time.monotonic()
    while time.monotonic() - began < 600:
        say(time.monotonic() - began)
        time.sleep(0.05)


def steady() -> None:
    """The neighbour: a piece of work that is always the same."""
    count = int(PARAMS.get("work", 60))
    block = b"x" * (4 * MIB)
    began = time.monotonic()
    for _ in range(count):
        hashlib.sha256(block).digest()
    say(time.monotonic() - began, "done")


LIMITS: dict[str, Callable[[], None]] = {
    "memory": memory,
    "untouched-memory": untouched_memory,
    "address-space": address_space,
    "cpu-quota": cpu,
    "cpu-set": cpu,
    "processes": processes,
    "threads": threads,
    "open-files": open_files,
    "file-size": file_size,
    "tmpfs-size": tmpfs_size,
    "io-bandwidth": io_bandwidth,
    "network": network,
    "wall-clock": wall_clock,
    "steady": steady,
}


if __name__ == "__main__":
    name = str(PARAMS.get("limit"))
    if name not in LIMITS:
        sys.exit(f"there is no limit {name}")
    LIMITS[name]()
