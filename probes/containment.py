"""Asks, from inside a sandbox, what it would be permitted, and carries nothing through.

Each probe is a function that stops at the first step that the kernel permits: it opens and does not write, it gives
arguments that a permitted caller is refused for another reason (EINVAL in place of EPERM), or it takes something in a
child of its own that ends at once. It returns what happened; `containment.yaml` says what is asked and expected.
One line of JSON for each probe on stdout.
"""

import ctypes
import errno
import json
import os
import platform
import re
import select
import signal
import socket
import stat
import sys
from collections.abc import Callable

LIBC = ctypes.CDLL(None, use_errno=True)
PARAMS = json.loads(os.environ.get("SEEBENCH_PARAMS", "{}"))
# What the harness wrote into a file of the host, whose path is a parameter.
CANARY = b"seebench canary\n"
SECONDS = 5

# By machine: x86_64, aarch64 (linux/arch/*/entry/syscalls, asm-generic/unistd.h); None where there is no such call.
NUMBERS = {
    "mount": (165, 40),
    "pivot_root": (155, 41),
    "unshare": (272, 97),
    "setns": (308, 268),
    "ptrace": (101, 117),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "keyctl": (250, 219),
    "request_key": (249, 218),
    "kexec_load": (246, 104),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "acct": (163, 89),
    "adjtimex": (159, 171),
    "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264),
    "process_vm_readv": (310, 270),
    "kcmp": (312, 272),
    "personality": (135, 92),
    "iopl": (172, None),
    "ioperm": (173, None),
    "fanotify_init": (300, 262),
    "open_tree": (428, 428),
    "fsopen": (430, 430),
    "sethostname": (170, 161),
    "syslog": (103, 116),
    "mknodat": (259, 33),
    "sched_setscheduler": (144, 119),
}
MACHINE = {"x86_64": 0, "aarch64": 1}.get(platform.machine())
GVISOR = "gvisor" in platform.release().lower() or platform.release().startswith("4.4.0")

# What a probe says, and of what.
Answer = tuple[str, str]
CONTAINED, ALLOWED, NOT_APPLICABLE = "contained", "allowed", "not-applicable"
# What a kernel says to those who may not.
REFUSALS = {errno.EPERM, errno.EACCES, errno.EROFS}
# With these gVisor says that it has no such thing: then nothing of it can be reached.
# ENOSYS from Linux is a kernel built without it.
UNIMPLEMENTED = {errno.ENODEV, errno.EOPNOTSUPP}


def judged(code: int) -> Answer:
    """The answer that an errno is; 0 is success."""
    if code == 0:
        return ALLOWED, "success"
    name = errno.errorcode.get(code, str(code))
    if code in REFUSALS:
        return CONTAINED, name
    if code == errno.ENOSYS or (GVISOR and code in UNIMPLEMENTED):
        return (CONTAINED if GVISOR else NOT_APPLICABLE), name
    return ALLOWED, name + ": the caller is permitted, its arguments are not"


def call(name: str, *args: object) -> Answer:
    number = NUMBERS[name][MACHINE] if MACHINE is not None else None
    if number is None:
        return NOT_APPLICABLE, "no such system call on " + platform.machine()
    ctypes.set_errno(0)
    wide = [ctypes.c_long(arg) if isinstance(arg, int) else arg for arg in args]
    result = LIBC.syscall(ctypes.c_long(number), *wide)
    return judged(0 if result >= 0 else ctypes.get_errno())


def opened(path: str, flags: int = os.O_RDONLY) -> Answer:
    """Opens and closes; a file that is not there is nothing to reach."""
    try:
        os.close(os.open(path, flags | os.O_CLOEXEC | os.O_NONBLOCK))
    except FileNotFoundError:
        return (CONTAINED if GVISOR else NOT_APPLICABLE), "ENOENT"
    except OSError as error:
        return judged(error.errno)
    return ALLOWED, "opened"


def content(path: str, limit: int = 4096) -> tuple[bytes | None, str]:
    try:
        with open(path, "rb", buffering=0) as file:
            data = file.read(limit) or b""
    except OSError as error:
        return None, errno.errorcode.get(error.errno, str(error.errno))
    return data, f"{len(data)} bytes"


def shown(path: str, reveals: Callable[[bytes], bool]) -> Answer:
    """Allowed where a file can be read and what it holds reveals something of the host."""
    data, told = content(path)
    if told == "ENOENT" and not GVISOR:
        return NOT_APPLICABLE, told
    if data is None or data == b"":
        return CONTAINED, told
    return (ALLOWED, told) if reveals(data) else (CONTAINED, told + " that reveal nothing")


def made_socket(family: int, kind: int, protocol: int) -> Answer:
    try:
        socket.socket(family, kind, protocol).close()
    except OSError as error:
        if error.errno in (errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT, errno.ESOCKTNOSUPPORT):
            return CONTAINED, errno.errorcode[error.errno]
        return judged(error.errno)
    return ALLOWED, "made a socket"


def made_node(kind: int, major: int, minor: int) -> Answer:
    path = "/tmp/seebench-probe-node"
    try:
        os.mknod(path, kind | 0o600, os.makedev(major, minor))
    except OSError as error:
        return judged(error.errno)
    os.unlink(path)
    return ALLOWED, "made and removed a node"


def hosts_namespace(kind: str) -> Answer:
    """Whether a namespace is the one of the harness, which stands outside."""
    try:
        link = os.readlink(f"/proc/self/ns/{kind}")
    except OSError as error:
        return CONTAINED, errno.errorcode.get(error.errno, "?")
    return (ALLOWED if link == PARAMS.get(f"ns_{kind}") and not GVISOR else CONTAINED), link


def own_namespace_again(kind: str) -> Answer:
    try:
        fd = os.open(f"/proc/self/ns/{kind}", os.O_RDONLY)
    except OSError:
        return CONTAINED, "no file of the namespace"
    return call("setns", fd, 0)


def canary(prefix: str) -> Answer:
    data, told = content(prefix + PARAMS.get("canary", "/nowhere"))
    return (ALLOWED if data == CANARY else CONTAINED), told


def canary_of_processes() -> Answer:
    for entry in sorted(filter(str.isdigit, os.listdir("/proc")), key=int)[:64]:
        answer, told = canary(f"/proc/{entry}/root")
        if answer == ALLOWED:
            return answer, told
    return CONTAINED, "by no process"


def canary_link() -> Answer:
    link = "/tmp/seebench-probe-link"
    os.symlink(PARAMS.get("canary", "/nowhere"), link)
    data, told = content(link)
    os.unlink(link)
    return (ALLOWED if data == CANARY else CONTAINED), told


def host_processes() -> Answer:
    """Whether the harness itself is to be seen: a process of its number that began when it did."""
    pid, began = PARAMS.get("harness", "0 0").split()
    data, told = content(f"/proc/{pid}/stat")
    fields = (data or b"").rsplit(b")", 1)[-1].split()
    return (ALLOWED if len(fields) > 19 and fields[19].decode() == began else CONTAINED), told


def host_interfaces() -> Answer:
    theirs = set(filter(None, PARAMS.get("interfaces", "").split(",")))
    if not theirs:
        return NOT_APPLICABLE, "the host has none but the loopback"
    try:
        names = {name for _, name in socket.if_nameindex()}
    except OSError as error:
        return judged(error.errno)
    return (ALLOWED if names & theirs else CONTAINED), ",".join(sorted(names))[:100]


def cgroup_files() -> Answer:
    for directory, _, files in os.walk("/sys/fs/cgroup"):
        if "cgroup.procs" in files:
            answer, told = opened(os.path.join(directory, "cgroup.procs"), os.O_WRONLY)
            if answer == ALLOWED:
                return answer, told
    return CONTAINED, "none that opens for writing"


def kernel_log() -> Answer:
    buffer = ctypes.create_string_buffer(8192)
    answer, told = call("syslog", 3, buffer, len(buffer))
    if answer == ALLOWED and (not buffer.value or b"gVisor" in buffer.raw):
        return CONTAINED, "a log of its own"
    return answer, told


def handle() -> Answer:
    data = ctypes.create_string_buffer(136)
    ctypes.cast(data, ctypes.POINTER(ctypes.c_uint))[0] = 0xFFFFFFFF
    fd = os.open("/", os.O_RDONLY)
    return call("open_by_handle_at", fd, data, os.O_RDONLY)


def named_handle() -> Answer:
    data = ctypes.create_string_buffer(136)
    number = ctypes.c_int()
    return call("name_to_handle_at", -100, b"/", data, ctypes.byref(number), 0)


def traced_parent() -> Answer:
    return call("ptrace", 0x4206, os.getppid(), 0, 0)  # PTRACE_SEIZE; it ends with this child


def parents_memory() -> Answer:
    class Vector(ctypes.Structure):
        _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]

    own = ctypes.create_string_buffer(8)
    address = ctypes.addressof(LANDMARK)
    here, there = Vector(ctypes.addressof(own), 8), Vector(address, 8)
    return call("process_vm_readv", os.getppid(), ctypes.byref(here), 1, ctypes.byref(there), 1, 0)


LANDMARK = ctypes.create_string_buffer(b"landmark", 8)


def perf_events() -> Answer:
    attributes = ctypes.create_string_buffer(128)
    ctypes.cast(attributes, ctypes.POINTER(ctypes.c_uint))[0] = 1  # PERF_TYPE_SOFTWARE
    ctypes.cast(attributes, ctypes.POINTER(ctypes.c_uint))[1] = 128
    return call("perf_event_open", attributes, -1, 0, -1, 0)


def clock_set() -> Answer:
    timex = ctypes.create_string_buffer(256)
    ctypes.cast(timex, ctypes.POINTER(ctypes.c_uint))[0] = 0x4000  # ADJ_TICK, with a tick of 0: nobody's clock takes it
    return call("adjtimex", timex)


def kernel_addresses() -> Answer:
    return shown(
        "/proc/kallsyms", lambda data: any(line[:16].strip(b"0") for line in data.splitlines()[:20] if len(line) > 17)
    )


def raised_priority() -> Answer:
    try:
        os.nice(-1)
    except OSError as error:
        return judged(error.errno)
    return ALLOWED, "raised its own priority"


def device_nodes() -> Answer:
    nodes = [name for name in os.listdir("/dev") if stat.S_ISBLK(os.lstat(os.path.join("/dev", name)).st_mode)]
    nodes += [name for name in ("mem", "kmem", "port", "kvm", "vfio", "fuse") if os.path.exists("/dev/" + name)]
    return (ALLOWED if nodes else CONTAINED), ",".join(nodes)[:100] or "none"


def setuid_gain() -> Answer:
    # Of the kernel's own file, and not of prctl, which a filter can refuse.
    with open("/proc/self/status", encoding="ascii", errors="replace") as status:
        kept = re.search(r"^NoNewPrivs:\s*1$", status.read(), re.MULTILINE)
    return (CONTAINED, "no_new_privs is set") if kept else (ALLOWED, "no_new_privs is not set")


PROBES = {
    "raw-socket": lambda: made_socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP),
    "packet-socket": lambda: made_socket(socket.AF_PACKET, socket.SOCK_RAW, 0),
    # A kind of file system that there is not: who may mount is told so.
    "mount": lambda: call("mount", b"none", b"/tmp", b"seebench-none", 0, None),
    "pivot-root": lambda: call("pivot_root", b"/nowhere", b"/nowhere"),
    "new-mount-namespace": lambda: call("unshare", 0x00020000),
    "new-user-namespace": lambda: call("unshare", 0x10000000),
    "new-network-namespace": lambda: call("unshare", 0x40000000),
    "enter-namespace": lambda: own_namespace_again("mnt"),
    "open-tree-clone": lambda: call("open_tree", -100, b"/", 1),
    "new-file-system": lambda: call("fsopen", b"tmpfs", 0),
    "trace-other-process": traced_parent,
    "read-other-memory": parents_memory,
    "compare-processes": lambda: call("kcmp", os.getpid(), os.getppid(), 2, 0, 0),
    "bpf": lambda: call("bpf", 0, ctypes.create_string_buffer(72), 72),
    "perf-events": perf_events,
    "userfaultfd": lambda: call("userfaultfd", 0),
    "io-uring": lambda: call("io_uring_setup", 1, ctypes.create_string_buffer(120)),
    "keyring": lambda: call("keyctl", 0, -3, 0),
    "request-key": lambda: call("request_key", b"user", b"seebench:nobody", None, 0),
    "kexec": lambda: call("kexec_load", 0, 0, None, 0x0FFFFFFF),
    "load-module": lambda: call("init_module", None, 0, b""),
    "load-module-file": lambda: call("finit_module", -1, b"", 0xFFFF),
    "unload-module": lambda: call("delete_module", b"seebench_nobody", os.O_NONBLOCK),
    "reboot": lambda: call("reboot", 1, 2, 3, None),
    "swap": lambda: call("swapon", b"/nowhere", 0),
    "accounting": lambda: call("acct", b"/nowhere"),
    "set-clock": clock_set,
    "set-hostname": lambda: call("sethostname", b"", -1),
    "open-by-handle": handle,
    "name-to-handle": named_handle,
    "personality": lambda: call("personality", 0xFFFFFFFF),
    "io-privilege": lambda: call("iopl", 3),
    "io-ports": lambda: call("ioperm", 0x80, 1, 1),
    "fanotify": lambda: call("fanotify_init", 4, 0),
    "raise-priority": raised_priority,
    "block-device-node": lambda: made_node(stat.S_IFBLK, 8, 0),
    "memory-device-node": lambda: made_node(stat.S_IFCHR, 1, 1),
    "devices-given": device_nodes,
    "kernel-memory": lambda: shown("/proc/kcore", lambda data: True),
    "kernel-keys": lambda: opened("/proc/keys") if content("/proc/keys")[0] else (CONTAINED, "empty"),
    "kernel-timers": lambda: shown("/proc/timer_list", lambda data: b"Timer List" in data),
    "kernel-addresses": kernel_addresses,
    "kernel-log": kernel_log,
    "sysrq": lambda: opened("/proc/sysrq-trigger", os.O_WRONLY),
    "core-pattern": lambda: opened("/proc/sys/kernel/core_pattern", os.O_WRONLY),
    "drop-caches": lambda: opened("/proc/sys/vm/drop_caches", os.O_WRONLY),
    "huge-page-setting": lambda: opened("/sys/kernel/mm/transparent_hugepage/enabled", os.O_WRONLY),
    "cgroup-control": cgroup_files,
    "host-disks": lambda: shown("/proc/partitions", lambda data: data.count(b"\n") > 2),
    "host-mounts": lambda: shown(
        "/proc/self/mountinfo",
        lambda data: (
            b" /dev/" in data
            and any(
                line.split(b" - ")[-1].split()[1].startswith(b"/dev/") for line in data.splitlines() if b" - " in line
            )
        ),
    ),
    "host-processes": host_processes,
    "host-interfaces": host_interfaces,
    "host-name": lambda: (
        CONTAINED if socket.gethostname() == "sandbox" else ALLOWED,
        "sandbox" if socket.gethostname() == "sandbox" else "another",
    ),
    "host-ipc": lambda: hosts_namespace("ipc"),
    "host-users": lambda: hosts_namespace("user"),
    "host-cgroups": lambda: hosts_namespace("cgroup"),
    "host-kernel-version": lambda: (CONTAINED if GVISOR else ALLOWED, platform.release()[:60]),
    "host-file": lambda: canary(""),
    "host-file-dotdot": lambda: canary("/proc/self/root/../../.."),
    "host-file-of-process": canary_of_processes,
    "host-file-link": canary_link,
    "setuid-gain": setuid_gain,
}


def answer_of(name: str) -> list[str]:
    """One probe in a child, which ends with whatever it was given."""
    read, write = os.pipe()
    try:
        child = os.fork()
    except OSError:
        # No new processes here: what the probe takes ends with this process.
        os.close(read)
        os.close(write)
        return run(name)
    if child == 0:
        os.close(read)
        os.write(write, json.dumps(run(name)).encode()[:2000])
        os._exit(0)
    os.close(write)
    ready, _, _ = select.select([read], [], [], SECONDS)
    data = os.read(read, 4096) if ready else b""
    os.close(read)
    if not data:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if data:
        return json.loads(data)
    how = f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else f"exit {os.WEXITSTATUS(status)}"
    return ["broken", f"no answer within {SECONDS} s" if not ready else f"ended without an answer: {how}"]


def run(name: str) -> list[str]:
    try:
        return list(PROBES[name]())
    except Exception as error:
        return ["broken", f"{type(error).__name__}: {error}"[:200]]


def main() -> None:
    names = str(PARAMS.get("probes", "")).split(",")
    for name in names:
        answer, detail = answer_of(name) if name in PROBES else ["broken", "there is no such probe"]
        sys.stdout.write(json.dumps({"probe": name, "answer": answer, "detail": str(detail)[:200]}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
