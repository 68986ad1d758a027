"""A whole job: makes customers, trains a small LightGBM model on one thread, and scores them."""

import seebench_guest as guest

import lightgbm as lgb
import numpy as np

guest.imports_done()

ROWS = guest.params["rows"]

random = np.random.default_rng(11)
features = random.normal(size=(ROWS, 12))
label = (features[:, 0] * features[:, 1] + features[:, 2] > 0.3).astype(int)
settings = {"objective": "binary", "num_threads": 1, "num_leaves": 15, "verbose": -1, "deterministic": True, "seed": 3}
model = lgb.train(settings, lgb.Dataset(features, label), num_boost_round=30)
scores = model.predict(features, num_threads=1)
guest.digest([int((scores > 0.5).sum()), round(float(scores.mean()), 6)])
