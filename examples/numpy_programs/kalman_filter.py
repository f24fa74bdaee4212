"""A Kalman filter and smoother: where something is and how fast, from noisy positions of which some are missing."""

import numpy as np


def make_data(n=60, dt=0.5, noise=0.4):
    """Measured positions (n, 2) of something on a spiral; every seventh is missing, a nan."""
    time = dt * np.arange(n)
    path = np.stack([(5 + time / 4) * np.cos(time / 6), (5 + time / 4) * np.sin(time / 6)], axis=1)
    measured = path + noise * np.random.default_rng(0).standard_normal(path.shape)
    measured[6::7] = np.nan
    return measured, path


def model(dt=0.5, drift=0.05, noise=0.4):
    """Transition, its noise, observation, its noise; the state is (x, y, their speeds)."""
    transition = np.eye(4)
    transition[[0, 1], [2, 3]] = dt
    block = np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
    return transition, drift * np.kron(block, np.eye(2)), np.eye(2, 4), noise**2 * np.eye(2)


def predict(mean, covariance, transition, drift):
    return transition @ mean, transition @ covariance @ transition.T + drift


def update(mean, covariance, measured, observation, noise):
    """Mean and covariance after a measurement, and the logarithm of its likelihood."""
    error = measured - observation @ mean
    spread = observation @ covariance @ observation.T + noise
    gain = np.linalg.solve(spread, observation @ covariance).T
    _, logdet = np.linalg.slogdet(2 * np.pi * spread)
    likelihood = -0.5 * (error @ np.linalg.solve(spread, error) + logdet)
    keep = np.eye(len(mean)) - gain @ observation
    return mean + gain @ error, keep @ covariance @ keep.T + gain @ noise @ gain.T, likelihood


def run_filter(measured, transition, drift, observation, noise):
    """Means, covariances and the logarithm of the likelihood."""
    mean = np.concatenate([measured[0], np.zeros(2)])
    covariance = 10 * np.eye(4)
    means, covariances, total = [], [], 0.0
    for z in measured:
        mean, covariance = predict(mean, covariance, transition, drift)
        if not np.isnan(z).any():
            mean, covariance, likelihood = update(mean, covariance, z, observation, noise)
            total += likelihood
        means.append(mean)
        covariances.append(covariance)
    return np.stack(means), np.stack(covariances), total


def smooth(means, covariances, transition, drift):
    """The filter's estimates with what later measurements say: a sweep backwards, on copies."""
    means, covariances = np.array(means), np.array(covariances)
    for i in range(len(means) - 2, -1, -1):
        mean, covariance = predict(means[i], covariances[i], transition, drift)
        gain = np.linalg.solve(covariance, transition @ covariances[i]).T
        means[i] += gain @ (means[i + 1] - mean)
        covariances[i] += gain @ (covariances[i + 1] - covariance) @ gain.T
    return means, covariances


def error(means, path):
    return np.sqrt(np.mean(np.sum((means[:, :2] - path) ** 2, axis=1)))


if __name__ == "__main__":
    measured, path = make_data()
    transition, drift, observation, noise = model()
    means, covariances, likelihood = run_filter(measured, transition, drift, observation, noise)
    better, _ = smooth(means, covariances, transition, drift)
    seen = ~np.isnan(measured).any(axis=1)
    print(f"log likelihood {likelihood:.6f}")
    print(f"error measured {error(measured[seen], path[seen]):.6f}", end=", ")
    print(f"filtered {error(means, path):.6f}, smoothed {error(better, path):.6f}")
