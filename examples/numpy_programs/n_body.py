"""Gravity among a few bodies: leapfrog steps of the Sun and its large planets."""

import numpy as np

G = 4 * np.pi**2  # in astronomical units, years and solar masses


def make_data():
    """Masses, positions and velocities: planets on circles, a quarter of a turn apart."""
    masses = np.array([1.0, 9.55e-4, 2.86e-4, 4.37e-5, 5.15e-5])
    radii = np.array([0.0, 5.2, 9.58, 19.2, 30.05])
    angles = np.arange(5) * np.pi / 2
    positions = radii[:, np.newaxis] * np.stack([np.cos(angles), np.sin(angles), 0.01 * angles], axis=1)
    velocities = np.zeros_like(positions)
    speeds = np.sqrt(G / radii[1:])
    velocities[1:, 0] = -speeds * np.sin(angles[1:])
    velocities[1:, 1] = speeds * np.cos(angles[1:])
    velocities -= masses @ velocities / masses.sum()
    return masses, positions, velocities


def separations(positions, softening=0.0):
    """Vectors from each body to each, and their lengths with infinity on the diagonal."""
    offsets = positions[np.newaxis, :, :] - positions[:, np.newaxis, :]
    squares = np.sum(offsets**2, axis=-1)
    squares += softening**2
    np.fill_diagonal(squares, np.inf)
    return offsets, np.sqrt(squares)


def accelerations(positions, masses, softening=0.0):
    offsets, distances = separations(positions, softening)
    return G * np.einsum("ijk,ij,j->ik", offsets, distances**-3, masses)


def leapfrog(masses, positions, velocities, dt=0.05, steps=200):
    """Positions at each step, (steps + 1, bodies, 3), and the last velocities: kick, drift, kick."""
    x, v = positions.copy(), velocities.copy()
    a = accelerations(x, masses)
    path = [x.copy()]
    for _ in range(steps):
        v += 0.5 * dt * a
        x += dt * v
        a = accelerations(x, masses)
        v += 0.5 * dt * a
        path.append(x.copy())
    return np.stack(path), v


def energy(masses, positions, velocities):
    _, distances = separations(positions)
    pairs = np.triu(masses[:, np.newaxis] * masses / distances, k=1)
    return 0.5 * np.sum(masses * np.sum(velocities**2, axis=1)) - G * pairs.sum()


def angular_momentum(masses, positions, velocities):
    return np.sum(masses[:, np.newaxis] * np.cross(positions, velocities), axis=0)


def ranges(path, body=0):
    """Nearest and farthest that each other body comes to one of them."""
    distances = np.linalg.norm(path - path[:, body : body + 1], axis=-1)
    others = np.arange(distances.shape[1]) != body
    return distances.min(axis=0)[others], distances.max(axis=0)[others]


if __name__ == "__main__":
    masses, positions, velocities = make_data()
    path, last = leapfrog(masses, positions, velocities)
    before, after = energy(masses, positions, velocities), energy(masses, path[-1], last)
    near, far = ranges(path)
    print(f"energy {before:.6e}, changed by {(after - before) / abs(before):.1e}")
    print(f"angular momentum {angular_momentum(masses, path[-1], last)[2]:.6e}")
    print("distances from the Sun:", ", ".join(f"{a:.2f} to {b:.2f}" for a, b in zip(near, far, strict=True)))
