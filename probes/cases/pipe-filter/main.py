"""Streams lines through another program and reads what it lets through."""

import subprocess
import threading

import seebench_guest as guest

guest.imports_done()

LINE = b"some words and a number 12345\n"
TEXT = LINE * guest.params["lines"]


def through() -> int:
    with subprocess.Popen(["/usr/bin/tr", "a-z", "A-Z"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        feeder = threading.Thread(target=lambda: (child.stdin.write(TEXT), child.stdin.close()))
        feeder.start()
        lines = sum(line == LINE.upper() for line in child.stdout)
        feeder.join()
    return lines


guest.digest(guest.iterate(through, work_amount=len(TEXT)))
