"""The rules again, each as its paper or Optimisers.jl's manual writes it: one array, step by step, in NumPy."""

from collections.abc import Callable, Generator
from typing import Any, NamedTuple

import numpy as np

Oracle = Generator[Any, Any, None]  # takes (x, dx), gives what is subtracted


def square(z: Any) -> Any:
    return np.real(z * np.conj(z))


def descent(eta: float = 0.1) -> Oracle:
    _, dx = yield
    while True:
        _, dx = yield eta * dx


def momentum(eta: float = 0.01, rho: float = 0.9) -> Oracle:
    _, dx = yield
    v = 0.0
    while True:
        v = rho * v + eta * dx
        _, dx = yield v


def nesterov(eta: float = 0.001, rho: float = 0.9) -> Oracle:
    _, dx = yield
    v = 0.0
    while True:
        step = -(rho**2) * v + (1 + rho) * eta * dx
        v = rho * v - eta * dx
        _, dx = yield step


def rmsprop(eta: float = 0.001, rho: float = 0.9, epsilon: float = 1e-8, centred: bool = False) -> Oracle:
    _, dx = yield
    quad = lin = 0.0
    while True:
        quad = rho * quad + (1 - rho) * square(dx)
        if centred:
            lin = rho * lin + (1 - rho) * dx
        _, dx = yield dx * eta / (np.sqrt(quad - square(lin)) + epsilon)


def rprop(
    eta: float = 0.001, ell: tuple[float, float] = (0.5, 1.2), gamma: tuple[float, float] = (1e-6, 50.0)
) -> Oracle:
    x, dx = yield
    g, rate = np.zeros_like(x), np.full_like(x, eta)
    while True:
        product = g * dx
        grown, shrunk = np.minimum(rate * ell[1], gamma[1]), np.maximum(rate * ell[0], gamma[0])
        rate = np.where(product > 0, grown, np.where(product < 0, shrunk, rate))
        g = np.where(product < 0, 0, dx)
        x, dx = yield rate * np.sign(g)


class At(NamedTuple):
    """What the kin of Adam compute their step from."""

    t: int
    x: Any
    dx: Any
    m: Any
    v: Any
    b1: float
    b2: float
    eta: float
    epsilon: float
    hyper: dict[str, Any]


def _adam_like(step: Callable[[At], Any], epsilon: float = 1e-8, beta: Any = (0.9, 0.999)) -> Callable[..., Oracle]:
    defaults = {"eta": 0.001, "beta": beta, "epsilon": epsilon}

    def oracle(**options: Any) -> Oracle:
        hyper = {**defaults, **options}
        b1, b2 = hyper["beta"]
        x, dx = yield
        m = v = 0.0
        t = 0
        while True:
            t += 1
            m, v = b1 * m + (1 - b1) * dx, b2 * v + (1 - b2) * square(dx)
            x, dx = yield step(At(t, x, dx, m, v, b1, b2, hyper["eta"], hyper["epsilon"], hyper))

    return oracle


def _adam(a: At) -> Any:
    return a.eta * (a.m / (1 - a.b1**a.t)) / (np.sqrt(a.v / (1 - a.b2**a.t)) + a.epsilon)


def _adamw(a: At) -> Any:
    lam = a.hyper.get("lam", 0.0)
    return _adam(a) + (a.eta * lam * a.x if a.hyper.get("couple", True) else lam * a.x)


def _radam(a: At) -> Any:
    top = 2 / (1 - a.b2) - 1
    rho = top - 2 * a.t * a.b2**a.t / (1 - a.b2**a.t)
    if rho > 4:
        return _adam(a) * np.sqrt((rho - 4) * (rho - 2) * top / ((top - 4) * (top - 2) * rho))
    return a.eta * a.m / (1 - a.b1**a.t)


def _nadam(a: At) -> Any:
    ahead = a.b1 * a.m / (1 - a.b1 ** (a.t + 1)) + (1 - a.b1) * a.dx / (1 - a.b1**a.t)
    return a.eta * ahead / (np.sqrt(a.v * a.b2 / (1 - a.b2**a.t)) + a.epsilon)


adam = _adam_like(_adam)
adamw = _adam_like(_adamw)
radam = _adam_like(_radam)
nadam = _adam_like(_nadam)


def oadam(eta: float = 0.001, beta: tuple[float, float] = (0.5, 0.9), epsilon: float = 1e-8) -> Oracle:
    steps = adam(eta=eta, beta=beta, epsilon=epsilon)
    next(steps)
    x, dx = yield
    before = 0.0
    while True:
        now = steps.send((x, dx))
        x, dx = yield 2 * now - before
        before = now


def adamax(eta: float = 0.001, beta: tuple[float, float] = (0.9, 0.999), epsilon: float = 1e-8) -> Oracle:
    x, dx = yield
    m, u, t = 0.0, np.zeros_like(np.abs(x)), 0
    while True:
        t += 1
        m = beta[0] * m + (1 - beta[0]) * dx
        u = np.maximum(beta[1] * u, np.abs(dx))
        x, dx = yield eta / (1 - beta[0] ** t) * m / (u + epsilon)


def adagrad(eta: float = 0.1, epsilon: float = 1e-8) -> Oracle:
    _, dx = yield
    total = epsilon
    while True:
        total = total + square(dx)
        _, dx = yield dx * eta / (np.sqrt(total) + epsilon)


def adadelta(rho: float = 0.9, epsilon: float = 1e-8) -> Oracle:
    _, dx = yield
    squares = steps = 0.0
    while True:
        squares = rho * squares + (1 - rho) * square(dx)
        step = dx * np.sqrt(steps + epsilon) / np.sqrt(squares + epsilon)
        steps = rho * steps + (1 - rho) * square(step)
        _, dx = yield step


def amsgrad(eta: float = 0.001, beta: tuple[float, float] = (0.9, 0.999), epsilon: float = 1e-8) -> Oracle:
    _, dx = yield
    m = v = top = epsilon
    while True:
        m = beta[0] * m + (1 - beta[0]) * dx
        v = beta[1] * v + (1 - beta[1]) * square(dx)
        top = np.maximum(top, v)
        _, dx = yield eta * m / (np.sqrt(top) + epsilon)


def adabelief(eta: float = 0.001, beta: tuple[float, float] = (0.9, 0.999), epsilon: float = 1e-16) -> Oracle:
    _, dx = yield
    m, s, t = 0.0, 0.0, 0
    while True:
        t += 1
        m = beta[0] * m + (1 - beta[0]) * dx
        s = beta[1] * s + (1 - beta[1]) * square(dx - m) + epsilon
        _, dx = yield eta * m / (1 - beta[0] ** t) / (np.sqrt(s / (1 - beta[1] ** t)) + epsilon)


def lion(eta: float = 0.001, beta: tuple[float, float] = (0.9, 0.999)) -> Oracle:
    _, dx = yield
    m = 0.0
    while True:
        step = eta * np.sign(beta[0] * m + (1 - beta[0]) * dx)
        m = beta[1] * m + (1 - beta[1]) * dx
        _, dx = yield step


def weight_decay(lam: float = 5e-4) -> Oracle:
    x, dx = yield
    while True:
        x, dx = yield dx + lam * x


def sign_decay(lam: float = 1e-3) -> Oracle:
    x, dx = yield
    while True:
        x, dx = yield dx + lam * np.sign(x)


def clip_grad(delta: float = 10.0) -> Oracle:
    _, dx = yield
    while True:
        _, dx = yield np.clip(dx, -delta, delta)


def clip_norm(omega: float = 10.0, p: float = 2.0) -> Oracle:
    _, dx = yield
    while True:
        norm = np.sum(np.abs(dx) ** p) ** (1 / p) if p < np.inf else np.max(np.abs(dx))
        _, dx = yield dx * min(omega / norm, 1.0)


def chained(*steps: Oracle) -> Oracle:
    for step in steps:
        next(step)
    x, dx = yield
    while True:
        for step in steps:
            dx = step.send((x, dx))
        x, dx = yield dx


def follow(oracle: Oracle, x: Any, gradients: list[Any]) -> Any:
    """Where the oracle takes the array `x` along these gradients."""
    x = x.copy()
    next(oracle)
    for dx in gradients:
        x = x - oracle.send((x, dx))
    return x
