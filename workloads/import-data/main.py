"""Imports what most data and ML code begins with; the answer is which versions they are."""

import os

import seebench_guest as guest

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = str(guest.params["threads"])

# The imports are the work.
import pandas  # noqa: E402
import pyarrow  # noqa: E402
import pyarrow.parquet  # noqa: E402
import sklearn  # noqa: E402
import sklearn.ensemble  # noqa: E402
import sklearn.linear_model  # noqa: E402
import sklearn.pipeline  # noqa: E402, F401

guest.imports_done()
guest.digest([module.__version__ for module in (pandas, pyarrow, sklearn)])
