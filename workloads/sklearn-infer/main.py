"""Predicts with a fitted scikit-learn pipeline and a forest: in batches, and row by row as a UDF would."""

import os
import warnings

import seebench_guest as guest

os.environ.setdefault("OMP_NUM_THREADS", str(guest.params["threads"]))
os.environ.setdefault("OPENBLAS_NUM_THREADS", str(guest.params["threads"]))

import numpy as np
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

guest.imports_done()

THREADS = int(guest.params["threads"])
ROWS = int(guest.params["rows"])
SINGLE_ROWS = int(guest.params["single_rows"])
TREES = int(guest.params["trees"])

images, labels = load_digits(return_X_y=True)
warnings.filterwarnings("ignore", category=ConvergenceWarning)  # five steps are enough for a model to time
# Fitted at the start of every trial, and not timed: a pickle would tie the workload to one version of scikit-learn.
forest = RandomForestClassifier(TREES, max_depth=8, random_state=1, n_jobs=THREADS).fit(images, labels)
pipeline = make_pipeline(StandardScaler(), LogisticRegression(max_iter=5, tol=0.0)).fit(images[:500], labels[:500])
batch = images[np.arange(ROWS) % len(images)]


def predict() -> dict[str, object]:
    """The forest and the pipeline over one batch, and the pipeline over single rows."""
    with guest.part("forest_batch"):
        by_forest = forest.predict(batch)
    with guest.part("pipeline_batch"):
        by_pipeline = pipeline.predict(batch)
    with guest.part("pipeline_rows"):
        one_by_one = [int(pipeline.predict(batch[i : i + 1])[0]) for i in range(SINGLE_ROWS)]
    return {
        "forest": np.bincount(by_forest, minlength=10),
        "pipeline": np.bincount(by_pipeline, minlength=10),
        "one_by_one": one_by_one,
    }


guest.digest(guest.iterate(predict, work_amount=2 * ROWS + SINGLE_ROWS))
