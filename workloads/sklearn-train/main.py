"""Fits histogram gradient boosting and logistic regression to scikit-learn's handwritten digits."""

import os
import warnings

import seebench_guest as guest

os.environ.setdefault("OMP_NUM_THREADS", str(guest.params["threads"]))
os.environ.setdefault("OPENBLAS_NUM_THREADS", str(guest.params["threads"]))

import numpy as np
from sklearn.datasets import load_digits
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

guest.imports_done()

ROUNDS = int(guest.params["boosting_rounds"])
STEPS = int(guest.params["logistic_steps"])
ROWS = int(guest.params["rows"])

# A fixed number of steps: whether it converged must not decide how much work is done.
warnings.filterwarnings("ignore", category=ConvergenceWarning)

images, labels = load_digits(return_X_y=True)
# More rows than the 1,797 images: images again, each with a seeded noise of its own.
picked = np.random.default_rng(3).integers(0, len(labels), ROWS)
rows = images[picked] / 16.0 + np.random.default_rng(4).normal(0, 0.05, (ROWS, images.shape[1]))
targets = labels[picked]


def fit() -> dict[str, object]:
    """Both models, each a part; the answer is what they predict for the clean images."""
    boosting = HistGradientBoostingClassifier(max_iter=ROUNDS, max_leaf_nodes=15, early_stopping=False, random_state=1)
    with guest.part("boosting"):
        boosting.fit(rows, targets < 5)
    logistic = LogisticRegression(max_iter=STEPS, tol=0.0)
    with guest.part("logistic"):
        logistic.fit(rows, targets)
    clean = images / 16.0
    return {"boosting": boosting.predict(clean).astype(int), "logistic": logistic.predict(clean)}


guest.digest(guest.iterate(fit, work_amount=2 * ROWS))
