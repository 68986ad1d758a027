"""Golden values for test/stats, made with scipy 1.17.1 and numpy.

`python3 test/stats/golden.py > test/stats/golden.json`
"""

import json

import numpy as np
from scipy import stats


def case(name: str, values: np.ndarray) -> dict[str, object]:
    """Median, quartiles and the distribution-free 95 % interval of the median, by inverting scipy's quantile test."""
    interval = stats.quantile_test(values, q=np.median(values), p=0.5).confidence_interval(0.95)
    ends = [None if np.isnan(end) else end for end in interval]
    quartiles = np.quantile(values, [0.25, 0.75]).tolist()
    return {
        "name": name,
        "values": values.tolist(),
        "median": float(np.median(values)),
        "quartiles": quartiles,
        "interval": ends,
    }


def main() -> None:
    """Print the cases as JSON."""
    random = np.random.default_rng(20260101)
    cases = [
        case(f"log-normal, n = {n}", random.lognormal(0, 0.5, n)) for n in (1, 2, 5, 6, 7, 8, 9, 10, 12, 20, 25, 50)
    ]
    modes = np.where(random.random(30) < 0.3, 2.0, 1.0)
    cases.append(case("bimodal, n = 30", modes * random.lognormal(0, 0.02, 30)))
    cases.append(case("ties, n = 11", np.array([1.0, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3])))
    ranks = {n: int(stats.binom.ppf(0.025, n, 0.5)) for n in (6, 17, 100, 101, 1000, 5000, 100000)}
    print(json.dumps({"cases": cases, "ranks": ranks}, indent=1))


if __name__ == "__main__":
    main()
