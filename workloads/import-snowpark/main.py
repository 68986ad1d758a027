"""Imports Snowpark as a function or procedure does; the answer is which version it is."""

import os

import seebench_guest as guest

# numpy, which the connector's Arrow support brings, starts BLAS threads on import.
os.environ["OPENBLAS_NUM_THREADS"] = str(guest.params["threads"])

# The imports are the work.
import snowflake.snowpark
import snowflake.snowpark.functions
import snowflake.snowpark.types

guest.imports_done()
guest.digest(snowflake.snowpark.__version__)
