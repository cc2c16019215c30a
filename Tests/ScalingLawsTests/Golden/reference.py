#!/usr/bin/env python3
"""Reference values for the laws and the curve forecasts, by NumPy and SciPy: writes laws.json and curves.json beside itself.

The same objectives and priors as in Sources/ScalingLaws, written independently and minimised by SciPy's own methods.
"""
import json, os
import numpy as np
from scipy.optimize import least_squares, minimize
from scipy.special import expit, logsumexp
from scipy.stats import norm

HERE = os.path.dirname(os.path.abspath(__file__))


# MARK: Laws

def huber(r, delta):
    a = np.abs(r)
    return np.where(a <= delta, 0.5 * r * r, delta * (a - 0.5 * delta)).sum()


def law(scales, losses, delta):
    """Best of many BFGS starts, polished by Nelder-Mead; scales: list of arrays. Returns E, (A, alpha) per scale, objective."""
    logs = [np.log(x) for x in scales]
    means = [l.mean() for l in logs]
    y = np.log(losses)

    def residual(p):
        z = [np.full(len(y), p[0])] + [p[1 + 2 * k] - p[2 + 2 * k] * (l - m) for k, (l, m) in enumerate(zip(logs, means))]
        return logsumexp(np.stack(z), axis=0) - y

    objective = lambda p: huber(residual(p), delta)
    best = None
    rng = np.random.default_rng(7)
    for _ in range(60):
        start = np.concatenate([[np.log(losses.min()) - rng.uniform(0.05, 1.5)]] + [[rng.uniform(-2, 1), rng.uniform(0.1, 0.8)] for _ in scales])
        smooth = least_squares(residual, start, method="trf", loss="soft_l1", f_scale=delta * 10)
        end = minimize(objective, smooth.x, method="BFGS", options={"gtol": 1e-10})
        if best is None or end.fun < best.fun: best = end
    for _ in range(6):
        end = minimize(objective, best.x, method="Nelder-Mead", options={"xatol": 1e-12, "fatol": 1e-18, "maxiter": 40000, "maxfev": 40000, "adaptive": True})
        end = minimize(objective, end.x, method="BFGS", options={"gtol": 1e-13})
        if end.fun <= best.fun: best = end
    p = best.x
    return {"floor": float(np.exp(p[0])), "objective": float(best.fun),
            "terms": [{"coefficient": float(np.exp(p[1 + 2 * k] + p[2 + 2 * k] * means[k])), "exponent": float(p[2 + 2 * k])} for k in range(len(scales))]}


def laws():
    rng = np.random.default_rng(1)
    N, D = np.meshgrid(np.geomspace(4e7, 8e9, 7), np.geomspace(1e9, 2e11, 7))
    N, D = N.ravel(), D.ravel()
    L = 1.75 + 420 / N**0.34 + 1100 / D**0.33
    L = L * np.exp(rng.normal(0, 0.003, len(L)))
    L[[3, 20, 41]] *= 1.04  # runs that went wrong
    x = np.geomspace(1e6, 1e10, 12)
    P = (2.1 + 300 / x**0.41) * np.exp(rng.normal(0, 0.002, 12))
    cases = []
    for scales, losses, delta in [([N, D], L, 1e-3), ([N, D], L, 0.05), ([x], P, 1e-3)]:
        cases.append({"scales": np.stack(scales, 1).tolist(), "losses": losses.tolist(), "delta": delta, "fit": law(scales, losses, delta)})
    return cases


# MARK: The template of smaller rungs

def interpolate(progress, losses, place):
    return np.interp(np.log(place), np.log(progress), np.log(losses))


def roughness(progress, losses, place):
    n = len(progress)
    after = next((i for i in range(n) if progress[i] >= place * (1 - 1e-9)), n)
    first = max(0, min(after - 4, n - 9)); last = min(n, first + 9)
    if last - first < 5: return 0.0
    x, y = np.log(progress), np.log(losses)
    total = 0.0
    for k in range(first + 1, last - 1):
        s = (x[k + 1] - x[k]) / (x[k + 1] - x[k - 1])
        total += (y[k] - s * y[k - 1] - (1 - s) * y[k + 1]) ** 2 / (1 + s * s + (1 - s) ** 2)
    return total / (last - first - 2)


def template(rungs, start, end, scale):
    """Quantiles of ln L(end): rungs = [(scale, progress, losses)], ascending."""
    f = start[0][-1] / end
    decline = np.array([np.log(l[-1]) - interpolate(p, l, f * p[-1]) for _, p, l in rungs])
    unit = np.abs(decline).mean()
    noise = np.array([roughness(p, l, f * p[-1]) + roughness(p, l, p[-1]) for _, p, l in rungs]) / unit**2
    x = np.log10([s for s, _, _ in rungs]); target = np.log10(scale) - x[-1]; x = x - x[-1]
    places = np.append(x, target)
    walked = np.where(np.multiply.outer(places, places) > 0, np.minimum.outer(abs(places), abs(places)), 0)
    parts = []
    for s in np.geomspace(0.01, 2, 8):
        prior = -0.5 * np.log(s / 0.4) ** 2
        K = 1 + s * s * (np.outer(places, places) + 0.01 * walked)
        for m in np.geomspace(0.002, 0.5, 8):
            data = K[:-1, :-1] + np.diag(m * m + noise)
            z = decline / unit + 1
            evidence = -0.5 * z @ np.linalg.solve(data, z) - 0.5 * np.linalg.slogdet(data)[1]
            gain = np.linalg.solve(data, K[:-1, -1])
            parts.append((prior - 0.5 * np.log(m / 0.006) ** 2 + evidence, gain @ z, K[-1, -1] - gain @ K[:-1, -1] + m * m))
    weights, means, variances = map(np.array, zip(*parts))
    weights = np.exp(weights - logsumexp(weights))
    # Where the run stands: its last points, averaged against the largest rung as long as that pays.
    _, top, top_losses = rungs[-1]
    recent = start[0] >= max(start[0][-1] / 2, top[0] / top[-1] * end)
    d = np.log(start[1][recent]) - np.array([interpolate(top, top_losses, p / end * top[-1]) for p in start[0][recent]])
    standing, variance = np.log(start[1][-1]), roughness(*start, start[0][-1])
    window = d[-16:]
    if len(window) >= 5:
        second = window[1:-1] - (window[:-2] + window[2:]) / 2
        drift = np.polyfit(np.arange(len(window)), window, 1)[0]
        counts = np.arange(1, len(window) + 1)
        best = counts[np.argmin((second**2).mean() / 1.5 / counts + drift**2 * (counts - 1) ** 2 / 4)]
        standing += window[-best:].mean() - d[-1]; variance /= best
    mean = standing + unit * (means - 1)
    deviation = np.sqrt(unit**2 * variances + variance + roughness(top, top_losses, top[-1]))
    quantiles = []
    for q in (0.05, 0.5, 0.95):
        a, b = (mean - 12 * deviation).min(), (mean + 12 * deviation).max()
        for _ in range(200):
            c = (a + b) / 2
            a, b = (c, b) if (weights * norm.cdf((c - mean) / deviation)).sum() < q else (a, c)
        quantiles.append((a + b) / 2)
    return {"quantiles": quantiles, "collapseResidual": float(d.std())}


# MARK: Forms of one curve

PRIORS = {  # q, a, c, b, d, ln w: means, deviations (0: fixed)
    "powerLaw": ([0, 0, 0.3, 0, 0, 0], [3, 1e3, 0.3, 0, 0, 0]),
    "shifted": ([0, 0, 0, 0.4, -3, 0], [3, 1e3, 0, 0.4, 3, 0]),
    "broken": ([0, 0, 0.1, 0.4, -2.5, np.log(0.7)], [3, 1e3, 0.3, 0.5, 2, 0.7]),
}


def value(p, u, smallest):
    w = np.exp(np.clip(p[5], -3, 3))
    bend = w * (np.logaddexp(0, (u - p[4]) / w) - np.logaddexp(0, -p[4] / w))
    return np.log(0.98 * smallest * expit(p[0]) + np.exp(p[1] - p[2] * u - p[3] * bend))


def form(name, x, y):
    mean, deviation = map(np.array, PRIORS[name])
    free = deviation > 0
    stride = (len(x) + 159) // 160
    keep = (len(x) - 1 - np.arange(len(x))) % stride == 0
    u, z = x[keep] - x[-1], y[keep]
    smallest = np.exp(y).min()
    weight = np.sqrt(min(1, 12 / len(u))) / 0.02
    best = None
    rng = np.random.default_rng(3)

    def residual(q):
        p = mean.astype(float).copy(); p[free] = q
        return np.append(weight * (value(p, u, smallest) - z), (q - mean[free]) / deviation[free])

    for _ in range(40):
        start = mean + rng.normal(0, 1, 6) * np.where(deviation > 10, 1, deviation); start[1] = np.log(np.exp(z[-1]) * rng.uniform(0.2, 0.9))
        end = least_squares(residual, start[free], xtol=1e-14, ftol=1e-14, gtol=1e-12, max_nfev=2000)
        if best is None or end.cost < best.cost: best = end
    p = mean.astype(float).copy(); p[free] = best.x
    return lambda place: value(p, np.log(place) - x[-1], smallest)


def alone(progress, losses, place):
    x, y = np.log(progress), np.log(losses)
    known = (progress <= progress[-1] / 2).sum()
    values, weights = [], []
    for name in PRIORS:
        whole = form(name, x, y)
        half = form(name, x[:known], y[:known])
        values.append(float(whole(place)))
        weights.append(1 / (((half(progress[known:]) - y[known:]) ** 2).mean() + 1e-6))
    weights = np.array(weights) / sum(weights)
    return {"place": place, "logLoss": float(weights @ values)}


def curves():
    rng = np.random.default_rng(2)

    def curve(n, scale, end):
        p = np.geomspace(end / 100, end, n)
        s = p / end
        l = 1.6 + 90 / scale**0.25 + 1.1 * (1 + 0.05 * np.log10(scale / 1e7)) * s**-0.28 - 0.25 * np.maximum(0, s - 0.7)
        return p, l * np.exp(rng.normal(0, 0.0015, n))

    rungs = [(s, *curve(40, s, e)) for s, e in [(1e7, 4000), (4e7, 8000), (2e8, 20000)]]
    scale, end = 1e9, 50000.0
    p, l = curve(60, scale, end)
    seen = p <= 0.3 * end
    start = (p[seen], l[seen])
    forecast = template(rungs, start, end, scale)
    single = curve(50, 3e7, 10000)
    return {
        "rungs": [{"scale": s, "progress": p.tolist(), "losses": l.tolist()} for s, p, l in rungs],
        "start": {"progress": start[0].tolist(), "losses": start[1].tolist()}, "end": end, "scale": scale, "template": forecast,
        "single": {"progress": single[0].tolist(), "losses": single[1].tolist()}, "alone": alone(*single, 25000.0),
    }


for name, content in (("laws", laws()), ("curves", curves())):
    with open(os.path.join(HERE, name + ".json"), "w") as file:
        json.dump(content, file, indent=1); file.write("\n")
