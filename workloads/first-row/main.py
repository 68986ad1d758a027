"""Start, import pandas, read a small Parquet file, group by, first row: the latency of a cold function."""

import os

import seebench_guest as guest

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = str(guest.params["threads"])

import pandas as pd
import pyarrow as pa

pa.set_cpu_count(guest.params["threads"])
pa.set_io_thread_count(guest.params["threads"])
guest.imports_done()

path = f"/data/{guest.params['data']}/customer.parquet"
customers = pd.read_parquet(path, columns=["c_mktsegment", "c_nationkey", "c_acctbal"])
customers["c_acctbal"] = customers["c_acctbal"].astype("float64")
balances = customers.groupby(["c_mktsegment", "c_nationkey"])["c_acctbal"].agg(["mean", "count"]).reset_index()
first = balances.sort_values(["c_mktsegment", "c_nationkey"], ignore_index=True).iloc[0]
guest.first_result()

guest.digest([first.tolist(), balances])
