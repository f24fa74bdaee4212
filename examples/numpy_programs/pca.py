"""Principal components by the singular value decomposition, in the shape of scikit-learn's class."""

import numpy as np


def make_data(n=150):
    """Measurements (n, 6) of two hidden causes, with noise and different units; a few are missing, nan."""
    rng = np.random.default_rng(0)
    causes = rng.standard_normal((n, 2)) * [3.0, 1.5]
    mixing = np.array([[1.0, 0.5, -0.3, 0.0, 0.8, 0.2], [0.0, 1.0, 0.7, -0.9, 0.1, 0.4]])
    data = 10 + causes @ mixing + 0.2 * rng.standard_normal((n, 6))
    data[:, 3] *= 100
    data[rng.integers(0, n, 8), rng.integers(0, 6, 8)] = np.nan
    return data


def fill_missing(data):
    """A copy in which each nan is the mean of its column."""
    filled = data.copy()
    rows, columns = np.nonzero(np.isnan(data))
    filled[rows, columns] = np.nanmean(data, axis=0)[columns]
    return filled


def standardize(data):
    return (data - data.mean(axis=0)) / data.std(axis=0, ddof=1)


class PCA:
    """The directions along which centred data vary most, and how much."""

    def __init__(self, n_components):
        self.n_components = n_components

    def fit(self, data):
        self.mean = data.mean(axis=0)
        _, s, vt = np.linalg.svd(data - self.mean, full_matrices=False)
        vt *= signs(vt)
        variance = s**2 / (len(data) - 1)
        self.components = vt[: self.n_components]
        self.variance = variance[: self.n_components]
        self.ratio = self.variance / np.sum(variance)
        return self

    def transform(self, data):
        return np.dot(data - self.mean, self.components.T)

    def inverse_transform(self, scores):
        return scores @ self.components + self.mean


def signs(rows):
    """What makes each row's largest element positive, as a column."""
    largest = np.argmax(np.abs(rows), axis=1)
    return np.sign(rows[np.arange(len(rows)), largest])[:, np.newaxis]


def outliers(data, pca, quantile=0.95):
    """Indices of the rows that the components explain worst."""
    rest = np.linalg.norm(data - pca.inverse_transform(pca.transform(data)), axis=1)
    return np.flatnonzero(rest > np.quantile(rest, quantile))


def analyse(data, n_components=2):
    """Components, the part of the variance that each explains, scores, and the indices of outliers."""
    data = standardize(fill_missing(data))
    pca = PCA(n_components).fit(data)
    return pca.components, pca.ratio, pca.transform(data), outliers(data, pca)


if __name__ == "__main__":
    components, ratio, scores, odd = analyse(make_data())
    for row, part in zip(components, ratio, strict=True):
        print(f"{100 * part:.2f} % of the variance along", np.array2string(row, precision=3, suppress_small=True))
    print("scores are uncorrelated:", np.allclose(np.cov(scores, rowvar=False), np.diag(scores.var(axis=0, ddof=1))))
    print("rows that they explain worst:", odd)
