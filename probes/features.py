"""Uses, inside a sandbox, one thing that programs need of their kernel, and says what it saw and what it cost.

Each feature is a function that does the thing for real (`features.yaml` says what), returns what it observed, and lets
the clock time one piece of it. What it observed is the same wherever the thing works as in Linux; the harness
compares. Only one feature is used per process, so that one that hangs or crashes is one result.
One line of JSON on stdout.
"""

import array
import concurrent.futures
import ctypes
import errno
import fcntl
import functools
import hashlib
import http.server
import inspect
import json
import mmap
import multiprocessing
import multiprocessing.shared_memory
import os
import select
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

PARAMS = json.loads(os.environ.get("SEEBENCH_PARAMS", "{}"))
# What a kernel says that does not let one, or has no such thing.
REFUSALS = {
    *(errno.EPERM, errno.EACCES, errno.ENOSYS, errno.ENODEV, errno.EOPNOTSUPP),
    *(errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT, errno.ESOCKTNOSUPPORT),
}

Seen = dict[str, object]


class Blocked(Exception):
    """The sandbox does not let it."""


class Absent(Exception):
    """What it needs is not in the root file system: nothing is said about the sandbox."""


class Clock:
    """Times one piece of a feature's work."""

    def __init__(self) -> None:
        self.ns: float | None = None

    def time(self, work: Callable[[], object], times: int) -> None:
        """Nanoseconds of one of `times` repetitions, on average, after one that is not counted."""
        work()
        self.once(lambda: [work() for _ in range(times)])
        self.ns = (self.ns or 0) / times

    def once(self, work: Callable[[], Any]) -> Any:
        """Nanoseconds of work whose first time is what it costs."""
        before = time.perf_counter_ns()
        result = work()
        self.ns = time.perf_counter_ns() - before
        return result


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def pattern(size: int) -> bytes:
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def refused(work: Callable[[], object]) -> str:
    """The name of the error that work ends with."""
    try:
        work()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, "?")
    return "nothing"


def in_child(work: Callable[[], object]) -> object:
    """What work returns (as JSON) in a forked child."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, json.dumps(work()).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        data = pipe.read()
    os.waitpid(child, 0)
    return json.loads(data)


def program(name: str) -> str:
    """A program of the root file system, or one that the harness brought."""
    found = shutil.which(name) or shutil.which(str(PARAMS.get(name, "")))
    if found is None:
        raise Absent(f"no {name} in the root file system")
    return found


def ran(command: Sequence[str], **options: object) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run(command, capture_output=True, check=False, **options)
    if done.returncode == 127 or b"error while loading shared libraries" in done.stderr:
        raise Absent(last(done.stderr))
    return done


def last(output: bytes) -> str:
    lines = output.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""


def feature_subprocess(clock: Clock) -> Seen:
    data = pattern(200_000)
    echoed = subprocess.run(["/bin/cat"], input=data, capture_output=True, check=True).stdout
    killed = subprocess.run(["/bin/sh", "-c", "kill -9 $$"], check=False).returncode
    piped = subprocess.run("printf 'b\\na\\n' | sort | tr '\\n' ,", shell=True, capture_output=True, check=True).stdout
    clock.time(lambda: subprocess.run(["/bin/true"], check=True), 20)
    return {
        "echo": echoed == data,
        "exit": subprocess.run(["/bin/sh", "-c", "exit 7"], check=False).returncode,
        "killed": killed,
        "piped": piped.decode(),
        "missing": refused(lambda: subprocess.run(["/nowhere"], check=False)),
        "variable": subprocess.run(["/usr/bin/env"], env={"A": "1"}, capture_output=True, check=True).stdout.decode(),
    }


def feature_fork(clock: Clock) -> Seen:
    def forked(code: int) -> int:
        child = os.fork()
        if child == 0:
            os._exit(code)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    shared, own = mmap.mmap(-1, 4096), bytearray(b"parent")

    def change() -> list[object]:
        shared[:5] = b"child"
        own[:] = b"child!"
        return [os.getppid() == parent, os.getpid() != parent]

    parent = os.getpid()
    ids = in_child(change)
    waiting = os.fork()
    if waiting == 0:
        signal.pause()
        os._exit(0)
    os.kill(waiting, signal.SIGTERM)
    ended = os.waitstatus_to_exitcode(os.waitpid(waiting, 0)[1])
    clock.time(lambda: forked(0), 50)
    seen = {"exit": forked(7), "ids": ids, "shared": shared[:5].decode(), "own": own.decode(), "signal": ended}
    return {**seen, "childless": refused(lambda: os.wait())}


def square(number: int) -> int:
    return number * number


def pooled(method: str) -> list[int]:
    context = multiprocessing.get_context(method)
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
        return list(pool.map(square, range(100), chunksize=5))


def feature_multiprocessing_fork(clock: Clock) -> Seen:
    return {"sum": sum(clock.once(lambda: pooled("fork")))}


def feature_multiprocessing_spawn(clock: Clock) -> Seen:
    return {"sum": sum(clock.once(lambda: pooled("spawn")))}


def feature_joblib_processes(clock: Clock) -> Seen:
    try:
        import joblib
    except ImportError as error:
        raise Absent(str(error)) from error

    def work() -> list[int]:
        return joblib.Parallel(n_jobs=2, backend="loky")(joblib.delayed(square)(n) for n in range(20))

    return {"sum": sum(clock.once(work))}


def feature_shared_memory(clock: Clock) -> Seen:
    size = 1 << 20
    memory = multiprocessing.shared_memory.SharedMemory(create=True, size=size)
    try:

        def fill() -> None:
            other = multiprocessing.shared_memory.SharedMemory(memory.name)
            other.buf[:size] = pattern(size)
            other.close()

        clock.once(lambda: in_child(fill))
        return {"read": sha(bytes(memory.buf[:size]))}
    finally:
        memory.close()
        memory.unlink()


def feature_threads(clock: Clock) -> Seen:
    here, there, local = threading.Semaphore(0), threading.Semaphore(0), threading.local()
    rounds = 2_000

    def other() -> None:
        local.name = "other"
        for _ in range(rounds + 1):
            there.acquire()
            here.release()

    def turn() -> None:
        there.release()
        here.acquire()

    thread = threading.Thread(target=other)
    thread.start()
    clock.time(turn, rounds)
    thread.join()
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        total = sum(pool.map(square, range(1000)))
    event = threading.Event()
    timer = threading.Timer(0.02, event.set)
    timer.start()
    return {"sum": total, "own": not hasattr(local, "name"), "timer": event.wait(5), "late": event.wait(0)}


def echo_until_closed(connection: socket.socket) -> None:
    with connection:
        while data := connection.recv(65536):
            connection.sendall(data)


def conversation(server: socket.socket, client: socket.socket, address: object, clock: Clock) -> Seen:
    """Round trips of one byte between two threads, and a megabyte there and back."""

    def serve() -> None:
        echo_until_closed(server.accept()[0])

    thread = threading.Thread(target=serve)
    thread.start()
    client.connect(address)

    def turn() -> None:
        client.sendall(b"x")
        client.recv(1)

    clock.time(turn, 1000)
    data, back = pattern(1 << 20), bytearray()
    sender = threading.Thread(target=lambda: client.sendall(data))
    sender.start()
    while len(back) < len(data):
        back += client.recv(65536)
    sender.join()
    client.close()
    thread.join()
    server.close()
    return {"echo": sha(bytes(back))}


def feature_loopback_tcp(clock: Clock) -> Seen:
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("127.0.0.1", 0))
    server.listen()
    client = socket.socket()
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    address = server.getsockname()
    closed = socket.socket()
    closed.bind(("127.0.0.1", 0))
    nobody = refused(lambda: socket.create_connection(closed.getsockname(), 5))
    taken = refused(lambda: socket.socket().bind(address))
    return {"nobody": nobody, "taken": taken, **conversation(server, client, address, clock)}


def feature_loopback_udp(clock: Clock) -> Seen:
    one, two = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    for end in (one, two):
        end.bind(("127.0.0.1", 0))
        end.settimeout(5)

    def turn() -> tuple[bytes, bytes]:
        one.sendto(b"ping", two.getsockname())
        data, sender = two.recvfrom(100)
        two.sendto(data * 2, sender)
        return data, one.recv(100)

    clock.time(turn, 1000)
    too_long = refused(lambda: one.sendto(b"x" * 70_000, two.getsockname()))
    return {"turn": [part.decode() for part in turn()], "too long": too_long}


def feature_unix_socket(clock: Clock) -> Seen:
    path = tempfile.mkdtemp() + "/socket"
    server, client = (socket.socket(socket.AF_UNIX) for _ in range(2))
    server.bind(path)
    server.listen()
    left, right = socket.socketpair()
    peer = struct.unpack("3i", left.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    with tempfile.TemporaryFile() as file:
        file.write(b"passed")
        file.flush()
        socket.send_fds(left, [b"fd"], [file.fileno()])
        _, descriptors, _, _ = socket.recv_fds(right, 10, 1)
    passed = os.pread(descriptors[0], 10, 0)
    seen = {"peer": peer[0] == os.getpid(), "passed": passed.decode(), "socket": os.stat(path).st_mode >> 12}
    return {**seen, **conversation(server, client, path, clock)}


class Doubling(http.server.BaseHTTPRequestHandler):
    """Doubles a number; HTTP/1.1, so that connections could be kept."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answers with twice the number."""
        length = int(self.headers["Content-Length"])
        answer = json.dumps({"twice": json.loads(self.rfile.read(length))["number"] * 2}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Nobody reads a log."""


def feature_http_service(clock: Clock) -> Seen:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Doubling)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    url = f"http://127.0.0.1:{server.server_address[1]}/"
    # No proxy: the service is inside.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def ask(number: int) -> dict[str, int]:
        with opener.open(urllib.request.Request(url, json.dumps({"number": number}).encode()), timeout=10) as answer:
            return json.loads(answer.read())

    clock.time(lambda: ask(1), 100)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        together = sum(answer["twice"] for answer in pool.map(ask, range(50)))
    answer = ask(21)
    server.shutdown()
    thread.join()
    server.server_close()
    return {"answer": answer, "together": together, "closed": ask_refused(ask)}


def ask_refused(ask: Callable[[int], object]) -> str:
    """How the closed service refuses."""
    try:
        ask(1)
    except OSError as error:
        return type(getattr(error, "reason", error)).__name__
    return "it answers"


def feature_asyncio(clock: Clock) -> Seen:
    # Here, for it is the one import that takes long.
    import asyncio

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(line.upper())
            await writer.drain()
        writer.close()

    async def talk(port: int, lines: int) -> str:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        said = b""
        for _ in range(lines):
            writer.write(b"line\n")
            said = await reader.readline()
        writer.close()
        await writer.wait_closed()
        return said.decode().strip()

    async def everything() -> Seen:
        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        await talk(port, 1)
        before = time.perf_counter_ns()
        said = await asyncio.gather(*(talk(port, 25) for _ in range(20)))
        clock.ns = (time.perf_counter_ns() - before) / (20 * 25)
        shell = await asyncio.create_subprocess_exec("/bin/echo", "child", stdout=subprocess.PIPE)
        output, _ = await shell.communicate()
        server.close()
        return {"said": sorted(set(said)), "connections": len(said), "child": output.decode().strip()}

    return asyncio.run(everything())


def made_wheel(directory: Path, name: str, needs: Sequence[str], source: str) -> None:
    """A wheel is an archive of files with their list (PEP 427)."""
    info = f"{name}-1.0.dist-info"
    needed = "".join(f"Requires-Dist: {need}\n" for need in needs)
    files = {
        f"{name}/__init__.py": source,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{needed}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: seebench\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(directory / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
        for path, content in {**files, f"{info}/RECORD": record}.items():
            wheel.writestr(path, content)


def feature_pip_install(clock: Clock) -> Seen:
    pip = str(PARAMS.get("pip", ""))
    if not os.path.isdir(pip):
        raise Absent("the harness brought no pip")
    wheels, target = Path(tempfile.mkdtemp()), tempfile.mkdtemp()
    made_wheel(wheels, "seebench_needed", [], "def twice(n):\n    return 2 * n\n")
    made_wheel(wheels, "seebench_asked", ["seebench_needed==1.0"], "from seebench_needed import twice\n")
    options = ["--no-index", "--disable-pip-version-check", "--no-cache-dir", "--quiet", "--root-user-action=ignore"]
    command = [sys.executable, "-m", "pip", "install", *options, "--find-links", str(wheels), "--target", target]
    environment = {**os.environ, "PYTHONPATH": pip}

    def install(name: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([*command, name], env=environment, capture_output=True, check=False)

    done = clock.once(lambda: install("seebench_asked"))
    if done.returncode != 0:
        raise RuntimeError(last(done.stderr))
    sys.path.insert(0, target)
    from seebench_asked import twice

    return {"twice": twice(21), "unknown": install("seebench_unknown").returncode, "files": sorted(os.listdir(target))}


def feature_third_party_binary(clock: Clock) -> Seen:
    original = program("openssl")
    directory = Path(tempfile.mkdtemp())
    own = str(directory / "uploaded")
    shutil.copyfile(original, own)
    data = directory / "data"
    data.write_bytes(pattern(1 << 20))
    denied = refused(lambda: subprocess.run([own, "version"], check=False, capture_output=True))
    os.chmod(own, 0o700)
    clock.time(lambda: ran([own, "version"]), 10)
    digest = ran([own, "dgst", "-sha256", "-r", str(data)]).stdout.decode().split()[0]
    return {"before chmod": denied, "digest": digest == hashlib.sha256(data.read_bytes()).hexdigest()}


def feature_mmap_shared_file(clock: Clock) -> Seen:
    size = 4 << 20
    path = Path(tempfile.mkdtemp()) / "mapped"
    path.write_bytes(b"\0" * size)
    with open(path, "r+b") as first, open(path, "r+b") as second:
        one, two = mmap.mmap(first.fileno(), size), mmap.mmap(second.fileno(), size)
        private = mmap.mmap(second.fileno(), size, flags=mmap.MAP_PRIVATE)

        def work() -> None:
            for page in range(0, size, mmap.PAGESIZE):
                one[page] = 7
            if two[size - mmap.PAGESIZE] != 7:
                raise RuntimeError("a mapping does not show what another wrote")

        clock.once(work)
        private[1] = 9
        one[2:7] = b"shown"
        one.flush()
        os.pwrite(second.fileno(), b"file", 16)
        seen = {"mapping": two[2:7].decode(), "file": path.read_bytes()[2:7].decode(), "write": one[16:20].decode()}
        return {**seen, "private": [private[1], two[1]], "digest": sha(path.read_bytes())}


def feature_mmap_between_processes(clock: Clock) -> Seen:
    size = 1 << 20
    path = Path(tempfile.mkdtemp()) / "mapped"
    path.write_bytes(b"\0" * size)

    def child() -> None:
        with open(path, "r+b") as file, mmap.mmap(file.fileno(), size) as mapping:
            mapping[:size] = pattern(size)

    with open(path, "r+b") as file, mmap.mmap(file.fileno(), size) as mapping:
        clock.once(lambda: in_child(child))
        return {"read": sha(mapping[:size])}


def feature_flock(clock: Clock) -> Seen:
    path = tempfile.mkdtemp() + "/lock"
    with open(path, "w") as one, open(path, "w") as two:

        def turn() -> None:
            fcntl.flock(one, fcntl.LOCK_EX)
            fcntl.flock(one, fcntl.LOCK_UN)

        clock.time(turn, 1000)
        fcntl.flock(one, fcntl.LOCK_EX)
        held = refused(lambda: fcntl.flock(two, fcntl.LOCK_EX | fcntl.LOCK_NB))
        fcntl.flock(one, fcntl.LOCK_SH)
        shared = refused(lambda: fcntl.flock(two, fcntl.LOCK_SH | fcntl.LOCK_NB))
        upgraded = refused(lambda: fcntl.flock(two, fcntl.LOCK_EX | fcntl.LOCK_NB))
        waiting = threading.Timer(0.02, lambda: fcntl.flock(one, fcntl.LOCK_UN))
        waiting.start()
        waited = refused(lambda: fcntl.flock(two, fcntl.LOCK_EX))
    return {"held": held, "shared": shared, "upgraded": upgraded, "waited": waited}


def feature_posix_locks(clock: Clock) -> Seen:
    path = tempfile.mkdtemp() + "/lock"
    with open(path, "w+") as file:

        def other(start: int) -> str:
            with open(path, "w+") as own:
                return refused(lambda: fcntl.lockf(own, fcntl.LOCK_EX | fcntl.LOCK_NB, 10, start))

        def turn() -> None:
            fcntl.lockf(file, fcntl.LOCK_EX, 10, 0)
            fcntl.lockf(file, fcntl.LOCK_UN, 10, 0)

        clock.time(turn, 1000)
        fcntl.lockf(file, fcntl.LOCK_EX, 10, 0)
        held, beside = in_child(lambda: other(5)), in_child(lambda: other(10))
        asked = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 10, 0)
        owner = in_child(lambda: struct.unpack("hhqqi4x", fcntl.fcntl(file, fcntl.F_GETLK, asked))[4]) == os.getpid()
        # Closing any descriptor of the file releases them: the rule that POSIX is blamed for.
        open(path).close()
        return {"held": held, "beside": beside, "owner": owner, "closed": in_child(lambda: other(5))}


def feature_descriptor_locks(clock: Clock) -> Seen:
    path = tempfile.mkdtemp() + "/lock"
    set_lock = 37  # F_OFD_SETLK
    exclusive = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 10, 0)
    none = struct.pack("hhqqi4x", fcntl.F_UNLCK, os.SEEK_SET, 0, 10, 0)
    with open(path, "w+") as one, open(path, "w+") as two:

        def turn() -> None:
            fcntl.fcntl(one, set_lock, exclusive)
            fcntl.fcntl(one, set_lock, none)

        try:
            clock.time(turn, 1000)
        except OSError as error:
            if error.errno == errno.EINVAL:
                raise Blocked("EINVAL: there is no F_OFD_SETLK") from error
            raise
        fcntl.fcntl(one, set_lock, exclusive)
        held = refused(lambda: fcntl.fcntl(two, set_lock, exclusive))
        open(path).close()
        return {"held": held, "kept": refused(lambda: fcntl.fcntl(two, set_lock, exclusive))}


def feature_sqlite_wal(clock: Clock) -> Seen:
    path = tempfile.mkdtemp() + "/data.db"
    writer = sqlite3.connect(path, isolation_level=None)
    mode = writer.execute("PRAGMA journal_mode=WAL").fetchone()[0]
    writer.execute("CREATE TABLE t (n INTEGER, text TEXT)")

    def commit() -> None:
        writer.execute("INSERT INTO t VALUES (1, 'x')")

    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    before = reader.execute("SELECT count(*) FROM t").fetchone()[0]
    clock.time(commit, 200)
    during = reader.execute("SELECT count(*) FROM t").fetchone()[0]
    reader.execute("COMMIT")
    after = reader.execute("SELECT count(*) FROM t").fetchone()[0]
    other = sqlite3.connect(path, timeout=0, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    try:
        other.execute("INSERT INTO t VALUES (2, 'y')")
        second = "wrote"
    except sqlite3.OperationalError as error:
        second = str(error)
    writer.execute("ROLLBACK")
    files = sorted(name[-4:] for name in os.listdir(os.path.dirname(path)))
    moved = writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    seen = {"mode": mode, "snapshot": [before, during, after], "second writer": second, "files": files, "busy": moved}
    return {**seen, "integrity": writer.execute("PRAGMA integrity_check").fetchone()[0]}


def feature_sqlite_between_processes(clock: Clock) -> Seen:
    path = tempfile.mkdtemp() + "/data.db"
    own = sqlite3.connect(path, isolation_level=None)
    own.execute("PRAGMA journal_mode=WAL")
    own.execute("CREATE TABLE t (n INTEGER)")

    def write() -> None:
        other = sqlite3.connect(path, timeout=30, isolation_level=None)
        for number in range(100):
            other.execute("INSERT INTO t VALUES (?)", (number,))
        other.close()

    def both() -> None:
        children = []
        for _ in range(2):
            child = os.fork()
            if child == 0:
                write()
                os._exit(0)
            children.append(child)
        for child in children:
            os.waitpid(child, 0)

    # An open connection must not go through a fork.
    own.close()
    clock.once(both)
    again = sqlite3.connect(path)
    rows = again.execute("SELECT count(*), sum(n) FROM t").fetchone()
    return {"rows": rows, "integrity": again.execute("PRAGMA integrity_check").fetchone()[0]}


SERVICE = """
const server = require('http').createServer((request, response) => {
  let text = '';
  request.on('data', (part) => (text += part));
  request.on('end', () => response.end(JSON.stringify({ twice: JSON.parse(text).number * 2 })));
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
"""


def feature_node_beside(clock: Clock) -> Seen:
    node = program("node")
    ran([node, "--version"])

    def start() -> tuple[subprocess.Popen[bytes], str]:
        service = subprocess.Popen([node, "-e", SERVICE], stdout=subprocess.PIPE)
        assert service.stdout is not None
        return service, f"http://127.0.0.1:{int(service.stdout.readline())}/"

    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    before = time.perf_counter_ns()
    service, url = start()
    answers = [
        json.loads(opener.open(url, json.dumps({"number": number}).encode(), timeout=10).read())["twice"]
        for number in range(20)
    ]
    clock.ns = time.perf_counter_ns() - before
    service.terminate()
    computed = ran([node, "-p", "require('crypto').createHash('sha256').update('x').digest('hex').slice(0, 16)"])
    return {"answers": sum(answers), "ended": service.wait(10), "computed": computed.stdout.decode().strip()}


def feature_java_beside(clock: Clock) -> Seen:
    java = program("java")
    done = clock.once(lambda: ran([java, "-version"]))
    return {"exit": done.returncode}


def feature_pty(clock: Clock) -> Seen:
    def session() -> bytes:
        child, terminal = os.forkpty()
        if child == 0:
            os.execv(
                "/bin/sh", ["sh", "-c", "test -t 0 && stty size 2>/dev/null; echo terminal; read line; echo $line"]
            )
        os.write(terminal, b"typed\n")
        said = b""
        while True:
            try:
                data = os.read(terminal, 1000)
            except OSError:
                break
            if data == b"":
                break
            said += data
        os.waitpid(child, 0)
        os.close(terminal)
        return said

    said = clock.once(session)
    return {"said": sorted(set(said.decode().split()))}


def feature_inotify(clock: Clock) -> Seen:
    libc = ctypes.CDLL(None, use_errno=True)
    directory = tempfile.mkdtemp()
    fd = libc.inotify_init1(os.O_NONBLOCK)
    if fd < 0:
        raise Blocked(errno.errorcode[ctypes.get_errno()])
    if libc.inotify_add_watch(fd, directory.encode(), 0x100 | 0x8 | 0x200) < 0:  # created, closed after writing, gone
        raise Blocked(errno.errorcode[ctypes.get_errno()])

    def events() -> list[int]:
        if not select.select([fd], [], [], 5)[0]:
            return []
        data, found = os.read(fd, 65536), []
        while data:
            _, mask, _, length = struct.unpack_from("iIII", data)
            found.append(mask)
            data = data[16 + length :]
        return found

    def turn() -> list[int]:
        path = os.path.join(directory, "file")
        with open(path, "w") as file:
            file.write("x")
        os.unlink(path)
        return events()

    clock.time(turn, 100)
    return {"events": turn()}


def feature_signals(clock: Clock) -> Seen:
    count = array.array("i", [0])

    def handler(*_: object) -> None:
        count[0] += 1

    signal.signal(signal.SIGUSR1, handler)
    signal.signal(signal.SIGALRM, handler)

    def turn() -> None:
        os.kill(os.getpid(), signal.SIGUSR1)

    clock.time(turn, 1000)
    delivered = count[0]
    signal.setitimer(signal.ITIMER_REAL, 0.005, 0.005)
    end = time.monotonic() + 5
    while count[0] < delivered + 5 and time.monotonic() < end:
        time.sleep(0.001)
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    turn()
    pending = signal.SIGUSR1 in signal.sigpending()
    return {"delivered": delivered, "timer": count[0] >= delivered + 5, "pending": pending}


# A name of the catalogue is that of its function.
FEATURES: dict[str, Callable[[Clock], Seen]] = {
    name.removeprefix("feature_").replace("_", "-"): function
    for name, function in list(globals().items())
    if name.startswith("feature_") and inspect.isfunction(function)
}


def used(name: str) -> dict[str, object]:
    clock = Clock()
    say = functools.partial(dict, task=name)
    try:
        seen = FEATURES[name](clock)
    except Absent as absent:
        return say(answer="not-applicable", detail=str(absent))
    except Blocked as blocked:
        return say(answer="blocked", detail=str(blocked))
    except OSError as error:
        code = errno.errorcode.get(error.errno or 0, "?")
        text = f"{code}: {error.strerror}" if error.errno else f"{type(error).__name__}: {error}"
        return say(answer="blocked" if error.errno in REFUSALS else "broken", detail=text)
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
        return say(answer="blocked" if "can't start new thread" in text else "broken", detail=text)
    return say(answer="works", detail="", seen=json.dumps(seen, sort_keys=True), ns=clock.ns)


def main() -> None:
    line = used(str(PARAMS.get("task", "")))
    sys.stdout.write(json.dumps({**line, "detail": str(line["detail"])[:200]}) + "\n")
    sys.stdout.flush()
    # What a feature left behind, half a pool of processes for one, must not keep this process.
    os._exit(0)


if __name__ == "__main__":
    main()
