"""
SciPy's and scikit-learn's functions on ndarrays and on Tensors: `python -m tests.interop.dispatching scipy DEV`.

A process of its own, as SciPy reads SCIPY_ARRAY_API when it is imported. Prints, as JSON, what differs row by row.
"""

from __future__ import annotations

import importlib
import json
import math
import os
import sys
import traceback
import warnings
from typing import Any

import numpy as np

from tests.interop.rows import lines

SCIPY = lines("""
special.logsumexp(t, axis=1)
special.softmax(t, axis=1)
special.log_softmax(t)
special.expit(t)
special.logit(p)
special.erf(t)
special.gammaln(p)
special.gammainc(p, p)
special.xlogy(t, p)
special.ndtr(t)
special.ndtri(p)
special.betainc(p, p, p)
special.entr(p)
special.rel_entr(p, p)
special.digamma(p)
stats.zscore(t, axis=1)
stats.skew(t)
stats.kurtosis(t, axis=1, bias=False)
stats.moment(t, 2)
stats.ttest_1samp(v, 0.0)
stats.ttest_ind(v, v + 1)
stats.gmean(p)
stats.hmean(p, axis=1)
stats.pmean(p, 2)
stats.variation(p)
stats.sem(v)
stats.entropy(p)
stats.chisquare(p)
stats.normaltest(v)
stats.jarque_bera(v)
stats.circmean(p)
stats.bartlett(v, v * 2)
stats.rankdata(v)
stats.spearmanr(v, v * v)
stats.wilcoxon(v)
stats.mannwhitneyu(v, v + 1)
stats.quantile(v, 0.3)
stats.iqr(v)
stats.mode(n)
stats.trim_mean(v, 0.1)
stats.pearsonr(v, v * v)
stats.f_oneway(v, v + 1)
fft.fft(v)
fft.rfft(t, axis=0)
fft.irfftn(t)
fft.dct(v)
fft.dst(v, type=3, norm='ortho')
fft.fftshift(v)
signal.convolve(v, v[:3])
signal.fftconvolve(v, v[:3], mode='same')
signal.oaconvolve(v, v[:3])
signal.lfilter(v[:2] + 1, v[1:3], v)
signal.detrend(v)
signal.hilbert(v)
signal.correlate(v, v)
signal.resample(v, 10)
signal.savgol_filter(v, 5, 2)
signal.upfirdn(v[:3], v)
signal.medfilt(v)
signal.freqz(v[1:3])
integrate.trapezoid(v)
integrate.cumulative_trapezoid(v)
integrate.cumulative_simpson(v)
optimize.rosen(v)
vq.whiten(t)
vq.vq(t, t[:2])
ndimage.gaussian_filter(t, 1)
""")
SKLEARN = lines("""
decomposition.PCA(2, svd_solver='full').fit_transform(x)
decomposition.PCA(2, svd_solver='full').fit(x).explained_variance_ratio_
decomposition.PCA(2, svd_solver='full', whiten=True).fit(x).inverse_transform(x[:, :2])
decomposition.PCA(2, svd_solver='randomized', random_state=0, power_iteration_normalizer='QR').fit_transform(x)
decomposition.PCA(2).fit_transform(x)
linear_model.Ridge(solver='svd').fit(x, y).coef_
linear_model.Ridge(solver='svd').fit(x, y).predict(x)
linear_model.RidgeClassifier(solver='svd').fit(x, c).predict(x)
discriminant_analysis.LinearDiscriminantAnalysis().fit(x, c).predict(x)
abs(discriminant_analysis.LinearDiscriminantAnalysis().fit(x, c).transform(x))
discriminant_analysis.LinearDiscriminantAnalysis().fit(x, c).predict_proba(x)
naive_bayes.GaussianNB().fit(x, c).predict_proba(x)
preprocessing.StandardScaler().fit_transform(x)
preprocessing.MinMaxScaler().fit_transform(x)
preprocessing.MaxAbsScaler().fit_transform(x)
preprocessing.Normalizer().transform(x)
preprocessing.PolynomialFeatures(2).fit_transform(x)
preprocessing.Binarizer().transform(x)
preprocessing.KernelCenterer().fit_transform(x @ x.T)
preprocessing.LabelEncoder().fit_transform(c)
metrics.accuracy_score(c, 1 - c)
metrics.r2_score(y, 2 * y)
metrics.mean_squared_error(y, 2 * y)
metrics.confusion_matrix(c, 1 - c)
metrics.roc_auc_score(c, y)
metrics.average_precision_score(c, y)
metrics.pairwise.euclidean_distances(x)
metrics.pairwise.rbf_kernel(x)
metrics.pairwise.cosine_similarity(x)
model_selection.cross_val_predict(linear_model.Ridge(solver='svd'), x, y)
pipeline.make_pipeline(preprocessing.StandardScaler(), linear_model.Ridge(solver='svd')).fit(x, y).predict(x)
""")


def arrays() -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    x = random.standard_normal((60, 5)) @ np.diag([3, 2, 1, 0.5, 0.2])
    return {
        "t": np.arange(12.0).reshape(3, 4) / 5,
        "p": np.linspace(0.1, 0.9, 12).reshape(3, 4),
        "v": np.sin(np.arange(20.0)) + 0.01 * np.arange(20.0) ** 2,
        "n": np.array([1, 3, 3, 2, 3, 1]),
        "x": x,
        "y": x @ np.array([1.0, 2, 0, 0, -1]) + 0.1 * random.standard_normal(60),
        "c": (x[:, 0] + 0.3 * random.standard_normal(60) > 0).astype(np.int64),
    }


MODULES = {
    "scipy": ["fft", "integrate", "ndimage", "optimize", "signal", "special", "stats", "cluster.vq"],
    "sklearn": [
        *("decomposition", "discriminant_analysis", "linear_model", "metrics", "model_selection", "naive_bayes"),
        *("pipeline", "preprocessing"),
    ],
}


def modules(library: str) -> dict[str, Any]:
    if library == "sklearn":
        importlib.import_module(library).set_config(array_api_dispatch=True)
    return {name.rpartition(".")[2]: importlib.import_module(f"{library}.{name}") for name in MODULES[library]}


def parts(result: Any) -> Any:
    """The arrays in a result, without the classes that SciPy has for what a test found."""
    if isinstance(result, tuple):
        return tuple(map(parts, result))
    return (result.statistic, result.pvalue) if hasattr(result, "pvalue") else result


def outcome(text: str, names: dict[str, Any], dev: int) -> str:
    """What differs between ndarrays and Tensors; nothing if SciPy wants them on the host, which it says."""
    import numtorch as nt
    from tests.pairing import differences

    expected = parts(eval(text, {**names, **arrays()}))
    try:
        actual = parts(eval(text, {**names, **{name: nt.tensor(x, dev=dev) for name, x in arrays().items()}}))
    except Exception as error:
        refused = dev >= 0 and isinstance(error, TypeError) and "collect" in str(error)
        return "" if refused else "".join(traceback.format_exception(error)[-4:])
    if isinstance(expected, float):
        return "" if math.isclose(actual, expected, rel_tol=1e-11) else f"{expected}, not {actual}"
    return "\n".join(differences(expected, actual, 10, dev))


def main() -> None:
    library, dev = sys.argv[1], int(sys.argv[2])
    os.environ["SCIPY_ARRAY_API"] = "1"
    warnings.simplefilter("ignore")
    names = {"np": np, **modules(library)}
    rows = SCIPY if library == "scipy" else SKLEARN
    print(json.dumps({text: outcome(text, names, dev) for text in rows}))


if __name__ == "__main__":
    main()
