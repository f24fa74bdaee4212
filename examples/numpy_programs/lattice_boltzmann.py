"""Flow past a cylinder with the lattice Boltzmann method: nine speeds in two dimensions, one relaxation time."""

import numpy as np

SPEEDS = np.array([[0, 0], [1, 0], [0, 1], [-1, 0], [0, -1], [1, 1], [-1, 1], [-1, -1], [1, -1]])
WEIGHTS = np.array([4 / 9] + [1 / 9] * 4 + [1 / 36] * 4)
OPPOSITE = np.array([0, 3, 4, 1, 2, 7, 8, 5, 6])


def make_data(columns=60, rows=24, inflow=0.08):
    """The populations (9, columns, rows) of a uniform flow that is slightly tilted, and where the cylinder is."""
    x, y = np.meshgrid(np.arange(columns), np.arange(rows), indexing="ij")
    solid = (x - columns / 4) ** 2 + (y - rows / 2) ** 2 < (rows / 8) ** 2
    velocity = np.zeros((2, columns, rows))
    velocity[0] = inflow
    velocity[1] = 1e-3 * np.sin(2 * np.pi * x / columns)
    velocity[:, solid] = 0
    return equilibrium(np.ones((columns, rows)), velocity), solid


def moments(f):
    """Density and velocity of the populations."""
    density = f.sum(axis=0)
    return density, np.tensordot(SPEEDS.T, f, axes=1) / density


def equilibrium(density, velocity):
    along = np.einsum("qd,dxy->qxy", SPEEDS, velocity)
    square = np.sum(velocity**2, axis=0)
    return WEIGHTS[:, None, None] * density * (1 + 3 * along + 4.5 * along**2 - 1.5 * square)


def stream(f):
    """Moves each population one cell along its speed, in place; the edges are periodic."""
    for q, (dx, dy) in enumerate(SPEEDS):
        f[q] = np.roll(f[q], (dx, dy), axis=(0, 1))


def step(f, solid, viscosity=0.02):
    """One collision and one move, in place."""
    inlet = f[:, 0, :].copy()
    rate = 1 / (3 * viscosity + 0.5)
    reflected = f[OPPOSITE][:, solid]
    f -= rate * (f - equilibrium(*moments(f)))
    f[:, solid] = reflected
    stream(f)
    f[:, 0, :] = inlet
    f[[3, 6, 7], -1, :] = f[[3, 6, 7], -2, :]


def simulate(f, solid, steps=50):
    f = f.copy()
    for _ in range(steps):
        step(f, solid)
    return f


def vorticity(velocity):
    return np.gradient(velocity[1], axis=0) - np.gradient(velocity[0], axis=1)


def drag(f, solid):
    """Momentum per step that the cylinder takes from the flow, by the populations about to be turned round."""
    return 2 * np.sum(SPEEDS[:, :1] * f[:, solid])


if __name__ == "__main__":
    f, solid = make_data()
    f = simulate(f, solid)
    density, velocity = moments(f)
    velocity[:, solid] = np.nan
    speed = np.hypot(velocity[0], velocity[1])
    print(f"mass {density.sum():.6f}, drag {drag(f, solid):.6f}")
    print(f"speed up to {np.nanmax(speed):.6f}, on the average {np.nanmean(speed):.6f}")
    print(f"vorticity up to {np.nanmax(np.abs(vorticity(velocity))):.6f}")
