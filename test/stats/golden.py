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


def paired(name: str, values: np.ndarray) -> dict[str, object]:
    """Wilcoxon's signed-rank test, exact, with Hodges and Lehmann's estimate and interval from all Walsh averages."""
    n = len(values)
    walsh = np.sort([(values[i] + values[j]) / 2 for i in range(n) for j in range(i, n)])
    chances = np.array([1.0])
    for rank in range(1, n + 1):
        chances = np.concatenate([chances, np.zeros(rank)]) / 2 + np.concatenate([np.zeros(rank), chances]) / 2
    k = int(np.searchsorted(np.cumsum(chances), 0.025, side="right"))
    ends = [None, None] if k == 0 else [walsh[k - 1], walsh[len(walsh) - k]]
    p = float(stats.wilcoxon(values, mode="exact" if n <= 50 else "auto").pvalue)
    return {"name": name, "values": values.tolist(), "estimate": float(np.median(walsh)), "interval": ends, "p": p}


def two_samples(name: str, a: np.ndarray, b: np.ndarray) -> dict[str, object]:
    """Mann and Whitney's U test, exact, with the median of all differences."""
    differences = np.subtract.outer(a, b).ravel()
    p = float(stats.mannwhitneyu(a, b, method="exact").pvalue)
    return {"name": name, "a": a.tolist(), "b": b.tolist(), "estimate": float(np.median(differences)), "p": p}


def adjusted(name: str, p: np.ndarray) -> dict[str, object]:
    """Benjamini and Hochberg's p-values from scipy; Holm's by its definition."""
    order = np.argsort(p)
    holm = np.empty(len(p))
    holm[order] = np.minimum(1, np.maximum.accumulate(p[order] * (len(p) - np.arange(len(p)))))
    return {"name": name, "p": p.tolist(), "bh": stats.false_discovery_control(p).tolist(), "holm": holm.tolist()}


def shares(k: int, n: int, other: int, m: int) -> dict[str, object]:
    """Fisher's exact test, and Clopper and Pearson's interval of the first share."""
    ends = stats.binomtest(k, n).proportion_ci(0.95, method="exact")
    p = float(stats.fisher_exact([[k, n - k], [other, m - other]]).pvalue)
    return {"counts": [k, n, other, m], "p": p, "interval": [float(ends.low), float(ends.high)]}


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
    random = np.random.default_rng(20261123)
    more = {
        "paired": [paired(f"n = {n}", random.normal(0.03, 0.1, n)) for n in (1, 2, 5, 6, 7, 8, 13, 20, 40, 50)]
        + [paired("bimodal", np.where(random.random(30) < 0.3, 1.0, 0.0) - 0.2 + random.normal(0, 0.02, 30))],
        "twoSamples": [
            two_samples(f"n = {n}, m = {m}", random.normal(0.05, 0.1, n), random.normal(0, 0.1, m))
            for n, m in ((1, 1), (3, 4), (6, 6), (10, 14), (25, 20), (40, 40))
        ],
        "adjusted": [adjusted(f"{n} values", random.random(n) ** 3) for n in (1, 4, 22)],
        "shares": [shares(*row) for row in ((0, 10, 0, 10), (3, 20, 9, 20), (10, 10, 4, 12), (1, 40, 12, 40))],
    }
    print(json.dumps({"cases": cases, "ranks": ranks, **more}, indent=1))


if __name__ == "__main__":
    main()
