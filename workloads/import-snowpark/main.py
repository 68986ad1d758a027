"""Imports Snowpark as a function or procedure does; the answer is which version it is."""

import os

import seebench_guest as guest

# numpy, which the connector's Arrow support brings, starts BLAS threads on import.
os.environ["OPENBLAS_NUM_THREADS"] = str(guest.params["threads"])

# The imports are the work.
import snowflake.snowpark  # noqa: E402
import snowflake.snowpark.functions  # noqa: E402
import snowflake.snowpark.types  # noqa: E402, F401

guest.imports_done()
guest.digest(snowflake.snowpark.__version__)
