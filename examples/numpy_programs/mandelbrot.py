"""The Mandelbrot set: how soon each point escapes, with masks for those that still move."""

import numpy as np


def make_data(rows=40, columns=60):
    """Points of the complex plane, (rows, columns)."""
    x = np.linspace(-2.2, 0.8, columns)
    y = np.linspace(-1.2, 1.2, rows)
    return x + 1j * y[:, np.newaxis]


def escape_times(c, limit=60):
    """After how many steps each point leaves the circle of radius two, and where it is then; `limit` if never."""
    z = np.zeros_like(c)
    times = np.full(c.shape, limit)
    moving = np.ones(c.shape, dtype=bool)
    for n in range(limit):
        z[moving] = z[moving] ** 2 + c[moving]
        escaped = moving & (np.abs(z) > 2)
        times[escaped] = n
        moving &= ~escaped
        if not moving.any():
            break
    return times, z


def smooth_times(c, limit=60, radius=16.0):
    """The same as a smooth number, without masks in the loop: what has escaped stays."""
    z = np.zeros_like(c)
    steps = np.zeros_like(c.real)
    for _ in range(limit):
        inside = np.abs(z) < radius
        z = np.where(inside, z * z + c, z)
        steps += inside
    outside = np.abs(z) >= radius
    fraction = np.log2(np.log(np.maximum(np.abs(z), radius)) / np.log(radius))
    return np.where(outside, steps - fraction, limit)


def distances(c, limit=60, radius=100.0):
    """Estimated distance from the set, |z| log|z| / |dz/dc|, of the points that escape, else zero."""
    z, slope = np.zeros_like(c), np.zeros_like(c)
    result = np.zeros_like(c.real)
    moving = np.arange(c.size)
    for _ in range(limit):
        slope.flat[moving] = 2 * z.flat[moving] * slope.flat[moving] + 1
        z.flat[moving] = z.flat[moving] ** 2 + c.flat[moving]
        moving = moving[np.abs(z.flat[moving]) < radius]
    escaped = np.abs(z) >= radius
    size = np.abs(z[escaped])
    result[escaped] = size * np.log(size) / np.abs(slope[escaped])
    return result


def coverage(times, limit=60):
    """The part of the points that never escape, in each quarter of the rows."""
    return np.array([np.mean(part == limit) for part in np.array_split(times, 4, axis=0)])


def draw(times, shades=" .:-=+*#%@"):
    """Lines of text, darker where points escape later."""
    edges = np.quantile(times, np.linspace(0, 1, len(shades) + 1)[1:-1])
    levels = np.searchsorted(edges, times)
    return ["".join(shades[i] for i in row) for row in levels]


if __name__ == "__main__":
    c = make_data()
    times, z = escape_times(c)
    smooth = smooth_times(c)
    print(f"{np.sum(times == 60)} of {c.size} points stay, mean time {times.mean():.4f}, smooth {smooth.mean():.4f}")
    print(f"farthest from the set {distances(c).max():.6f}")
    print("in quarters:", coverage(times))
    print("\n".join(draw(times)[4:36:4]))
