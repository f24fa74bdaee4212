"""Regression with a Gaussian process: a smooth trend and a periodic part, their scales found by a search."""

import numpy as np


def make_data(n=40):
    """Times, noisy values, and times to predict."""
    t = np.sort(np.random.default_rng(0).uniform(0, 8, n))
    y = 0.3 * t + np.sin(2 * np.pi * t / 2.5) + 0.1 * np.random.default_rng(1).standard_normal(n)
    return t, y, np.linspace(-1, 10, 30)


def squared_exponential(a, b, height, length):
    return height**2 * np.exp(-0.5 * np.subtract.outer(a, b) ** 2 / length**2)


def periodic(a, b, height, length, period):
    sine = np.sin(np.pi * np.abs(a[:, None] - b[None, :]) / period)
    return height**2 * np.exp(-2 * (sine / length) ** 2)


def kernel(a, b, theta):
    """Covariance of a and b; theta holds logarithms: height, length, height, length, period, noise."""
    trend, length, height, wiggle, period, _ = np.exp(theta)
    return squared_exponential(a, b, trend, length) + periodic(a, b, height, wiggle, period)


def factor(t, theta):
    """Cholesky factor of the covariance of noisy values."""
    covariance = kernel(t, t, theta)
    covariance[np.diag_indices_from(covariance)] += np.exp(2 * theta[-1])
    return np.linalg.cholesky(covariance)


def log_likelihood(theta, t, y):
    lower = factor(t, theta)
    whitened = np.linalg.solve(lower, y - y.mean())
    return -0.5 * (whitened @ whitened) - np.log(np.diag(lower)).sum() - 0.5 * len(t) * np.log(2 * np.pi)


def predict(theta, t, y, new):
    """Mean and standard deviation at new times."""
    lower = factor(t, theta)
    cross = np.linalg.solve(lower, kernel(t, new, theta))
    mean = y.mean() + cross.T @ np.linalg.solve(lower, y - y.mean())
    variance = np.diagonal(kernel(new, new, theta)) - np.einsum("ij,ij->j", cross, cross)
    return mean, np.sqrt(np.clip(variance, 0, None))


def search(theta, t, y, rounds=4, step=0.4):
    """The best of the steps up and down along each coordinate, again and again, each round with half the step."""
    best = log_likelihood(theta, t, y)
    for _ in range(rounds):
        for k in range(len(theta)):
            for sign in (-1, 1):
                trial = theta.copy()
                trial[k] += sign * step
                value = log_likelihood(trial, t, y)
                if value > best:
                    theta, best = trial, value
        step /= 2
    return theta, best


def calibration(mean, deviation, truth):
    """The part of the truth within one and two standard deviations."""
    score = np.abs(truth - mean) / deviation
    return np.mean(score < 1), np.mean(score < 2)


if __name__ == "__main__":
    t, y, new = make_data()
    theta, best = search(np.log([1.0, 3.0, 1.0, 1.0, 2.4, 0.2]), t, y)
    mean, deviation = predict(theta, t, y, new)
    truth = 0.3 * new + np.sin(2 * np.pi * new / 2.5)
    one, two = calibration(mean, deviation, truth)
    print(f"log likelihood {best:.6f}, period {np.exp(theta[4]):.4f}, noise {np.exp(theta[5]):.4f}")
    print(f"error inside {np.sqrt(np.mean((mean - truth)[3:25] ** 2)):.6f}, deviation {deviation.max():.6f} at most")
    print(f"within one deviation {one:.3f}, within two {two:.3f}")
