"""Prints the canonical rows of every query of the engine in /workload, as JSON. The test runs it in the sandbox."""

import json
import sys

sys.path.insert(0, "/workload")

import seebench_tpch as tpch

import main

print(json.dumps({name: tpch.canonical_rows(name, query()) for name, query in main.queries().items()}))
