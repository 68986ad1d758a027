"""Holds a warm program at its warm point while a snapshot of it is taken, and makes it its own when it is restored.

Loaded only where SEEBENCH_WARM_POINT is set. The program says that it is warm and reads its stdin: nothing comes while
the snapshot is made. In each sandbox that is restored from it stands one line there, the input:
`{"case": ..., "params": {...}}`. All of them begin with the same memory; what must differ between them is drawn anew.
"""

import gc
import json
import os
import random
import sys

import seebench_guest as guest


def wait_at_warm_point() -> None:
    """Returns in the restored program, with its input taken, its marks set and its randomness its own."""
    gc.collect()
    # What is warm is not looked through again: in a restored sandbox each look is a page that has to come.
    gc.freeze()
    guest._send('{"e":"warm"}')
    line = b""
    while not line.endswith(b"\n"):
        more = os.read(0, 65536)
        if not more:
            sys.exit("no input came after the restore")
        line += more
    guest._marked.clear()
    guest._mark("guest")
    guest._mark("interpreter")
    given = json.loads(line)
    guest.params = given["params"]
    os.environ["SEEBENCH_CASE"] = given["case"]
    reseed()


def reseed() -> None:
    """Draws anew what the snapshot holds of randomness and identity; the kernel's own (os.urandom) is never in it."""
    random.seed()
    loaded = sys.modules
    if "numpy" in loaded:
        loaded["numpy"].random.seed()
    if "uuid" in loaded:
        # The node is the same in all where it is an interface's; the clock sequence and last time are not to be.
        loaded["uuid"]._last_timestamp = None
        loaded["uuid"]._node = random.getrandbits(48) | (1 << 40)
    if "tempfile" in loaded:
        loaded["tempfile"]._name_sequence = None
    if "ssl" in loaded:
        loaded["ssl"].RAND_add(os.urandom(32), 32.0)
