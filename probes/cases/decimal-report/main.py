"""Adds interest in decimals and writes a line for every account."""

from decimal import Decimal
from pathlib import Path

import seebench_guest as guest

guest.imports_done()

FILE = Path("/out/report.txt")
ACCOUNTS = guest.params["accounts"]
RATE = Decimal("1.0125")


def report() -> str:
    total = Decimal(0)
    with FILE.open("w") as file:
        for number in range(ACCOUNTS):
            balance = Decimal(number * 37 % 9973) / 100
            for _ in range(4):
                balance = (balance * RATE).quantize(Decimal("0.01"))
            total += balance
            print(f"{number:08d} {balance:>12}", file=file)
    return str(total)


guest.digest(guest.iterate(report, work_amount=ACCOUNTS))
