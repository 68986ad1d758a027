"""Runs modules of test suites that others wrote: a process for each, and a deadline for each of their tests.

What became of a module is a line of JSON on stdout. What its tests print goes nowhere, and what they leave running is
ended with them. SEEBENCH_PARAMS names a file of JSON with what to do:
{"list": [{"id", "kind", "path"}, …]} or {"run": {"modules": […], "jobs", "seconds"}}, a module being
{"suite", "kind", "name", "paths", "only", "skip"}.
"""

import contextlib
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PLACE = Path.cwd() / "compat"
SITE = Path("/usr/local/lib/python3.11/dist-packages")
LONGEST_ID = 300
LONGEST_DETAIL = 700
ADDRESS = re.compile(r"0x[0-9a-f]{6,}")
MARK = "SEEBENCH_MODULE"
# Where a module's process tells of its tests.
RESULTS_FD = "SEEBENCH_RESULTS"


def listed(suite: dict[str, Any]) -> list[str]:
    """The modules of a suite that this root file system has."""
    if suite["kind"] == "unittest":
        folder = Path(suite["path"])
        found = (entry for entry in folder.glob("test_*") if entry.suffix == ".py" or (entry / "__init__.py").exists())
        return sorted(f"{folder.name}.{entry.stem}" for entry in found)
    return sorted(str(file.relative_to(SITE)) for file in (SITE / suite["path"]).rglob("test_*.py"))


def name_of(test: Any) -> str:
    """As the class has it: some tests have an attribute of their own that is called `id`."""
    return str(type(test).id(test))


class Teller:
    """The child's side: one line for each test that begins or ends."""

    def __init__(self) -> None:
        self.fd = int(os.environ.pop(RESULTS_FD))
        os.set_inheritable(self.fd, False)

    def say(self, kind: str, test: str, detail: str = "") -> None:
        """Tells of one test; nothing where the harness is gone."""
        name = ADDRESS.sub("0x…", test)[:LONGEST_ID]
        line = json.dumps([kind, name, detail[-LONGEST_DETAIL:]]) + "\n"
        with contextlib.suppress(OSError):
            os.write(self.fd, line.encode())


def run_unittest(module: dict[str, Any], teller: Teller) -> None:
    import unittest

    from test import support

    # What needs a network, a display or gigabytes is no test of a sandbox without them.
    support.use_resources = ["subprocess", "decimal"]
    only, skip = set(module["only"]), set(module["skip"])

    class Told(unittest.TestResult):
        worst: tuple[str, str] = ("passed", "")

        def startTest(self, test: unittest.TestCase) -> None:
            super().startTest(test)
            self.worst = ("passed", "")
            teller.say("begin", name_of(test))

        def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, err: Any) -> None:
            super().addSubTest(test, subtest, err)
            if err is not None:
                self.worst = ("failed", f"{subtest}: {self._exc_info_to_string(err, test)}")  # type: ignore[attr-defined]

        def addFailure(self, test: unittest.TestCase, err: Any) -> None:
            super().addFailure(test, err)
            self.bad(test, self.failures[-1][1])

        def addError(self, test: unittest.TestCase, err: Any) -> None:
            super().addError(test, err)
            self.bad(test, self.errors[-1][1])

        def bad(self, test: unittest.TestCase, detail: str) -> None:
            self.worst = ("failed", detail)
            # The set-up of a class or module failed: no test of its own is told.
            if not isinstance(test, unittest.TestCase):
                teller.say("failed", str(test), detail)

        def addSkip(self, test: unittest.TestCase, reason: str) -> None:
            super().addSkip(test, reason)
            self.worst = ("skipped", reason)

        def addExpectedFailure(self, test: unittest.TestCase, err: Any) -> None:
            super().addExpectedFailure(test, err)
            self.worst = ("skipped", "expected to fail")

        def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:
            super().addUnexpectedSuccess(test)
            self.worst = ("failed", "unexpected success")

        def stopTest(self, test: unittest.TestCase) -> None:
            super().stopTest(test)
            teller.say(self.worst[0], name_of(test), self.worst[1])

    def chosen(suite: unittest.TestSuite | unittest.TestCase) -> unittest.TestSuite | unittest.TestCase | None:
        if isinstance(suite, unittest.TestCase):
            name = ADDRESS.sub("0x…", name_of(suite))[:LONGEST_ID]
            return None if name in skip or (only and name not in only) else suite
        kept = [test for test in map(chosen, suite) if test is not None]
        return type(suite)(kept) if kept else None

    try:
        suite = chosen(unittest.defaultTestLoader.loadTestsFromName(module["name"]))
    except unittest.SkipTest as why:
        teller.say("skipped", module["name"], str(why))
        return
    if suite is not None:
        suite.run(Told())


def run_pytest(module: dict[str, Any], teller: Teller) -> None:
    import pytest

    only, skip = set(module["only"]), set(module["skip"])

    class Told:
        def pytest_collection_modifyitems(self, items: list[Any]) -> None:
            def wanted(item: Any) -> bool:
                name = ADDRESS.sub("0x…", item.nodeid)[:LONGEST_ID]
                return name not in skip and (not only or name in only)

            items[:] = [item for item in items if wanted(item)]

        def pytest_collectreport(self, report: Any) -> None:
            if report.failed:
                teller.say("failed", report.nodeid, str(report.longrepr))

        def pytest_runtest_logstart(self, nodeid: str) -> None:
            self.worst = ("passed", "")
            teller.say("begin", nodeid)

        def pytest_runtest_logreport(self, report: Any) -> None:
            if report.failed:
                self.worst = ("failed", str(report.longrepr))
            elif report.skipped:
                self.worst = ("skipped", str(getattr(report, "wasxfail", report.longrepr)))

        def pytest_runtest_logfinish(self, nodeid: str) -> None:
            teller.say(self.worst[0], nodeid, self.worst[1])

    still = ["-p", "no:cacheprovider", "-q", "--tb=short", "--assert=plain", "-W", "ignore", "--hypothesis-seed=0"]
    os.environ["PYTEST_ADDOPTS"] = ""
    code = pytest.main([*still, "-c", os.devnull, "--rootdir", str(SITE), str(SITE / module["name"])], plugins=[Told()])
    # 1: tests failed; 5: none was chosen.
    if code not in (0, 1, 2, 5):
        raise SystemExit(int(code))


class Running:
    """A module at work in a process of its own."""

    def __init__(self, number: int, module: dict[str, Any], seconds: float) -> None:
        self.number, self.module = number, module
        self.began = time.monotonic()
        self.seconds = seconds
        self.deadline = self.began + seconds
        self.place = PLACE / str(number)
        self.place.mkdir(parents=True)
        self.errors = (PLACE / f"{number}.stderr").open("wb+")
        asked = PLACE / f"{number}.json"
        asked.write_text(json.dumps(module))
        self.out, inner = os.pipe()
        paths = [*module["paths"], os.environ.get("PYTHONPATH", "")]
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--child", str(asked)],
            start_new_session=True,
            cwd=self.place,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self.errors,
            pass_fds=[inner],
            env={
                **os.environ,
                "PYTHONPATH": ":".join(paths),
                "TMPDIR": str(self.place),
                MARK: str(number),
                # numpy's tests ask for this much at most, whatever the host has.
                "NPY_AVAILABLE_MEM": "1 GB",
                RESULTS_FD: str(inner),
            },
        )
        os.close(inner)
        self.rest = b""
        self.tests: dict[str, tuple[str, str]] = {}
        self.open: str | None = None

    def read(self) -> bool:
        """Takes in what it said. Answers whether there can be more."""
        chunk = os.read(self.out, 1 << 16)
        *lines, self.rest = (self.rest + chunk).split(b"\n")
        for line in lines:
            with contextlib.suppress(ValueError):
                kind, name, detail = json.loads(line)
                self.hear(kind, name, detail)
        return chunk != b""

    def hear(self, kind: str, name: str, detail: str) -> None:
        """Takes in one line. Each test has its own deadline: a long module is none that hangs."""
        self.deadline = time.monotonic() + self.seconds
        if kind == "begin":
            self.open = name
            return
        self.open = None
        # Two tests of one name: the worse one stands for both.
        if self.tests.get(name, ("passed",))[0] != "failed":
            self.tests[name] = (kind, detail)

    def end(self) -> dict[str, Any]:
        """Ends all that it started, and tells what became of it."""
        late = self.process.poll() is None and time.monotonic() >= self.deadline
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        code = self.process.wait()
        for pid in left_by(self.number):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        os.set_blocking(self.out, False)
        with contextlib.suppress(BlockingIOError):
            while self.read():
                pass
        os.close(self.out)
        self.errors.seek(0, os.SEEK_END)
        self.errors.seek(max(0, self.errors.tell() - LONGEST_DETAIL))
        said = self.errors.read().decode(errors="replace")
        self.errors.close()
        os.unlink(self.errors.name)
        shutil.rmtree(self.place, ignore_errors=True)
        return {
            "suite": self.module["suite"],
            "module": self.module["name"],
            "ended": "hung" if late else "ended" if code == 0 else "crashed",
            "said": "" if code == 0 else f"exit code {code}: {said}",
            "open": self.open if late or code != 0 else None,
            "seconds": round(time.monotonic() - self.began, 3),
            "passed": [name for name, (kind, _) in self.tests.items() if kind == "passed"],
            "skipped": [[name, detail] for name, (kind, detail) in self.tests.items() if kind == "skipped"],
            "failed": [[name, detail] for name, (kind, detail) in self.tests.items() if kind == "failed"],
        }


def left_by(number: int) -> Iterator[int]:
    """Processes that a module left, in whatever session they are."""
    wanted = f"{MARK}={number}".encode()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) not in (1, os.getpid()):
            with contextlib.suppress(OSError):
                if wanted in (entry / "environ").read_bytes().split(b"\0"):
                    yield int(entry.name)


def say(**fields: object) -> None:
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()


def run(work: dict[str, Any]) -> None:
    waiting = list(enumerate(work["modules"]))[::-1]
    running: list[Running] = []
    while waiting or running:
        while waiting and len(running) < work["jobs"]:
            number, module = waiting.pop()
            say(suite=module["suite"], module=module["name"])
            running.append(Running(number, module, work["seconds"]))
        soonest = min(one.deadline for one in running)
        ready = select.select([one.out for one in running], [], [], max(0, min(1, soonest - time.monotonic())))[0]
        for one in [*running]:
            more = one.out not in ready or one.read()
            # Its end of the pipe closes with it, also where what it left holds on.
            if not more or one.process.poll() is not None or time.monotonic() >= one.deadline:
                if not more:
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        one.process.wait(max(0, one.deadline - time.monotonic()))
                running.remove(one)
                say(**one.end())


def main() -> None:
    if sys.argv[1:2] == ["--child"]:
        module = json.loads(Path(sys.argv[2]).read_text())
        # Tests that look at their program's arguments see usual ones.
        sys.argv = [sys.argv[0]]
        sys.path[0] = os.getcwd()
        (run_pytest if module["kind"] == "pytest" else run_unittest)(module, Teller())
        return
    work = json.loads(Path(json.loads(os.environ["SEEBENCH_PARAMS"])["work"]).read_text())
    for suite in work.get("list", []):
        say(suite=suite["id"], modules=listed(suite))
    if "run" in work:
        run(work["run"])


if __name__ == "__main__":
    main()
