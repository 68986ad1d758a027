"""A whole job: makes a series of days, fits a ridge regression on its lags, and tells the error on the last tenth."""

import seebench_guest as guest

import numpy as np
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

guest.imports_done()

DAYS = guest.params["days"]
LAGS = 56

days = np.arange(DAYS + LAGS)
series = 100 + 20 * np.sin(days * 2 * np.pi / 7) + 0.01 * days + np.random.default_rng(5).normal(0, 3, days.size)
lags = np.stack([series[i : i + DAYS] for i in range(LAGS)], axis=1)
target = series[LAGS:]
cut = DAYS * 9 // 10
scaler = StandardScaler().fit(lags[:cut])
model = Ridge(alpha=1.0, solver="cholesky").fit(scaler.transform(lags[:cut]), target[:cut])
error = np.abs(model.predict(scaler.transform(lags[cut:])) - target[cut:]).mean()
guest.digest([round(float(error), 6)])
