"""A whole job: prices an Asian option with NumPy over many simulated paths."""

import seebench_guest as guest

import numpy as np

guest.imports_done()

PATHS = guest.params["paths"]
STEPS = 24

random = np.random.default_rng(17)
level = np.full(PATHS, 100.0)
total = np.zeros(PATHS)
for _ in range(STEPS):
    level = level * np.exp(-0.0004 + 0.03 * random.standard_normal(PATHS))
    total += level
payoff = np.maximum(total / STEPS - 100.0, 0.0)
guest.digest([round(float(payoff.mean()), 6), round(float(payoff.std()), 6)])
