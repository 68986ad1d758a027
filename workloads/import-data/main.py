"""Imports what most data and ML code begins with; the answer is which versions they are."""

import os

import seebench_guest as guest

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = str(guest.params["threads"])

# The imports are the work.
import pandas
import pyarrow
import pyarrow.parquet
import sklearn
import sklearn.ensemble
import sklearn.linear_model
import sklearn.pipeline

guest.imports_done()
guest.digest([module.__version__ for module in (pandas, pyarrow, sklearn)])
