"""Denoising and compressing an image by its discrete cosine transform, in blocks of 8 by 8 pixels as JPEG does."""

import numpy as np

LUMINANCE = np.array(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ],
    dtype=np.uint8,
)


def make_data(rows=60, columns=44):
    """An image of bytes: rings, a ramp and a bright square, with noise."""
    y, x = np.mgrid[:rows, :columns]
    image = 110 + 60 * np.cos(np.hypot(x - 20, y - 30) / 3) + x / 2.0
    image[10:20, 28:40] = 230
    image += 6 * np.random.default_rng(0).standard_normal(image.shape)
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def dct_matrix(n=8):
    """The orthonormal DCT-II: its rows are cosines."""
    k = np.arange(n)
    matrix = np.sqrt(2 / n) * np.cos(np.pi / n * np.outer(k, k + 0.5))
    matrix[0] /= np.sqrt(2)
    return matrix


def blocks(image, n=8):
    """(rows, columns) as (rows / n, columns / n, n, n); the edge is repeated up to a multiple of n."""
    rows, columns = image.shape
    padded = np.pad(image, ((0, -rows % n), (0, -columns % n)), mode="edge")
    return padded.reshape(-(-rows // n), n, -(-columns // n), n).swapaxes(1, 2)


def unblocks(tiles, shape):
    a, b, n, _ = tiles.shape
    return tiles.swapaxes(1, 2).reshape(a * n, b * n)[: shape[0], : shape[1]]


def transform(tiles):
    d = dct_matrix(tiles.shape[-1])
    return d @ tiles @ d.T


def inverse(coefficients):
    d = dct_matrix(coefficients.shape[-1])
    return np.einsum("ki,...kl,lj->...ij", d, coefficients, d)


def denoise(image, threshold=20.0):
    """Sets small coefficients to zero, but never a block's mean."""
    coefficients = transform(blocks(image.astype(float)))
    small = np.abs(coefficients) < threshold
    small[..., 0, 0] = False
    coefficients[small] = 0
    return unblocks(inverse(coefficients), image.shape)


def compress(image, quality=1.0):
    """Quantized coefficients as int16."""
    levels = transform(blocks(image.astype(float) - 128)) / (quality * LUMINANCE)
    return np.round(levels).astype(np.int16)


def decompress(levels, shape, quality=1.0):
    image = unblocks(inverse(levels * (quality * LUMINANCE)), shape) + 128
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def psnr(image, other):
    """Peak signal-to-noise ratio in decibels."""
    return 10 * np.log10(255**2 / np.mean(np.square(np.subtract(image, other, dtype=float))))


if __name__ == "__main__":
    image = make_data()
    levels = compress(image)
    restored = decompress(levels, image.shape)
    print(f"denoised: {psnr(image, denoise(image)):.3f} dB, contrast {np.std(denoise(image)):.3f}")
    print(f"compressed: {np.count_nonzero(levels)} of {levels.size} coefficients, {psnr(image, restored):.3f} dB")
    print("histogram:", np.histogram(restored, bins=8, range=(0, 256))[0])
