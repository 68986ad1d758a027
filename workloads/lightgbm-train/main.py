"""Trains a LightGBM classifier on seeded rows, with as many threads as the size asks for."""

import os

import seebench_guest as guest

os.environ.setdefault("OMP_NUM_THREADS", str(guest.params["threads"]))

import lightgbm
import numpy as np

guest.imports_done()

THREADS = int(guest.params["threads"])
ROWS = int(guest.params["rows"])
FEATURES = int(guest.params["features"])
ROUNDS = int(guest.params["rounds"])

SETTINGS = {
    "objective": "binary",
    "num_leaves": 63,
    "learning_rate": 0.1,
    "num_threads": THREADS,
    "seed": 1,
    # Equal trees in every launch, whatever the order in which threads finish.
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}


def make_rows() -> tuple[np.ndarray, np.ndarray]:
    """Rows in which the label depends on products and thresholds, so that trees have something to learn."""
    rng = np.random.default_rng(7)
    rows = rng.standard_normal((ROWS, FEATURES), dtype=np.float32)
    score = rows[:, 0] * rows[:, 1] + np.where(rows[:, 2] > 0.5, rows[:, 3], -rows[:, 4])
    labels = (score + 0.5 * rng.standard_normal(ROWS, dtype=np.float32) > 0).astype(np.int8)
    return rows, labels


rows, labels = make_rows()


def train() -> np.ndarray:
    """Bins the rows, grows the trees and predicts the first thousand rows."""
    data = lightgbm.Dataset(rows, labels)
    booster = lightgbm.train(SETTINGS, data, num_boost_round=ROUNDS)
    return booster.predict(rows[:1000], num_threads=THREADS)


guest.digest(guest.iterate(train, work_amount=ROWS * ROUNDS), digits=4)
