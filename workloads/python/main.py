"""Bare Python: nothing but the interpreter and the guest module."""

import seebench_guest

seebench_guest.imports_done()
