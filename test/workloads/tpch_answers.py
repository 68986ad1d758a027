"""Prints the canonical rows of every query of the engine in /workload, as JSON. The test runs it in the sandbox."""

import json
import sys

sys.path.insert(0, "/workload")
# DuckDB takes a program without a file for an interactive one, and draws a progress bar on stdout.
__file__ = "tpch_answers.py"

import seebench_tpch as tpch

import main

print(json.dumps({name: tpch.canonical_rows(name, query()) for name, query in main.queries().items()}))
