"""Clusters of points by Lloyd's algorithm, begun with points that are far from each other."""

import numpy as np


def make_data(n=240):
    """Points (n, 2) around four centres."""
    rng = np.random.default_rng(0)
    centres = np.array([[0.0, 0.0], [4.0, 1.0], [1.0, 5.0], [5.0, 6.0]])
    return centres[np.arange(n) % 4] + 0.7 * rng.standard_normal((n, 2))


def squared_distances(points, centres):
    """(points, centres)"""
    products = points @ centres.T
    products *= -2
    products += np.sum(points**2, axis=1, keepdims=True)
    products += np.sum(centres**2, axis=1)
    return np.maximum(products, 0, out=products)


def farthest_first(points, k):
    """The point nearest to the mean, then, k - 1 times, the one farthest from those chosen."""
    first = np.argmin(np.linalg.norm(points - points.mean(axis=0), axis=1))
    chosen = [first]
    nearest = squared_distances(points, points[[first]])[:, 0]
    for _ in range(k - 1):
        chosen.append(np.argmax(nearest))
        np.minimum(nearest, squared_distances(points, points[chosen[-1:]])[:, 0], out=nearest)
    return points[chosen]


def lloyd(points, centres, iterations=50):
    """Centres and each point's label; a centre without points stays where it is."""
    centres = centres.copy()
    for _ in range(iterations):
        labels = np.argmin(squared_distances(points, centres), axis=1)
        before = centres.copy()
        for k in range(len(centres)):
            members = points[labels == k]
            if len(members):
                centres[k] = members.mean(axis=0)
        if np.allclose(centres, before, rtol=0, atol=1e-12):
            break
    return centres, labels


def inertia(points, centres, labels):
    return np.sum((points - centres[labels]) ** 2)


def silhouette(points, labels):
    """Mean of (b - a) / max(a, b): a is the mean distance to one's own cluster, b to the nearest other one."""
    distances = np.sqrt(squared_distances(points, points))
    clusters, sizes = np.unique(labels, return_counts=True)
    member = labels[:, np.newaxis] == clusters
    sums = distances @ member
    own = np.sum(sums * member, axis=1) / (sizes[np.argmax(member, axis=1)] - 1)
    others = np.where(member, np.inf, sums / sizes).min(axis=1)
    return np.mean((others - own) / np.maximum(own, others))


def ordered(centres, labels):
    """The same clusters, numbered from left to right."""
    order = np.argsort(centres[:, 0])
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return centres[order], rank[labels]


if __name__ == "__main__":
    points = make_data()
    centres, labels = ordered(*lloyd(points, farthest_first(points, 4)))
    for centre, size in zip(centres, np.bincount(labels), strict=True):
        print(f"{size} points around ({centre[0]:.4f}, {centre[1]:.4f})")
    print(f"inertia {inertia(points, centres, labels):.6f}, silhouette {silhouette(points, labels):.6f}")
