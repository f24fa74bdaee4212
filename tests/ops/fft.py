"""Fourier transforms: what is tried, on which dtypes."""

from tests.pairing import ALL, COMPLEX, REAL, rows

COMPLEX_TRANSFORMS = """
np.fft.fft(v)
np.fft.fft(x)
np.fft.fft(x, axis=0)
np.fft.fft(x, n=2, axis=1)
np.fft.fft(x, n=7)
np.fft.fft(t, axis=1)
np.fft.fft(v, norm='ortho')
np.fft.fft(v, 3, 0, 'forward')
np.fft.ifft(v)
np.fft.ifft(x, axis=-2)
np.fft.ifft(x, n=6)
np.fft.ifft(w, norm='ortho')
np.fft.ifft(w, norm='forward')
np.fft.irfft(v)
np.fft.irfft(v, 5)
np.fft.irfft(v, 3)
np.fft.irfft(x, axis=1)
np.fft.irfft(x, n=10, norm='ortho')
np.fft.irfft(w, norm='forward')
np.fft.hfft(v)
np.fft.hfft(v, 5, norm='ortho')
np.fft.hfft(x, axis=1, norm='forward')
np.fft.fft2(x)
np.fft.fft2(x, s=(2, 5))
np.fft.fft2(x, s=(-1, 2), axes=(0, 1))
np.fft.fft2(x, axes=(0, 2), norm='ortho')
np.fft.ifft2(x)
np.fft.ifft2(x, s=(4, 3))
np.fft.fftn(x)
np.fft.fftn(x, axes=(0,))
np.fft.fftn(x, axes=(1, 1))
np.fft.fftn(x, s=(2, 5), axes=(0, 1))
np.fft.fftn(x, s=(5, 2), axes=(1, 1))
np.fft.fftn(x, axes=())
np.fft.ifftn(x)
np.fft.ifftn(x, axes=(2, 0), norm='forward')
np.fft.irfft2(x)
np.fft.irfft2(x, s=(3, 5))
np.fft.irfftn(x)
np.fft.irfftn(x, axes=(0, 1))
np.fft.irfftn(x, s=(3, 7), axes=(1, 2))
np.fft.fftshift(v)
np.fft.fftshift(x)
np.fft.fftshift(x, axes=1)
np.fft.fftshift(x, axes=(0, 2))
np.fft.ifftshift(w)
np.fft.ifftshift(x, axes=[0, 1])
"""

REAL_TRANSFORMS = """
np.fft.rfft(v)
np.fft.rfft(w)
np.fft.rfft(x, axis=1)
np.fft.rfft(x, n=3)
np.fft.rfft(x, n=9, axis=0, norm='ortho')
np.fft.rfft(t, norm='forward')
np.fft.ihfft(v)
np.fft.ihfft(w, 4)
np.fft.ihfft(x, axis=0, norm='ortho')
np.fft.ihfft(x, axis=0, norm='forward')
np.fft.rfft2(x)
np.fft.rfft2(x, s=(2, 3), axes=(0, 1))
np.fft.rfftn(x)
np.fft.rfftn(x, axes=(1,))
np.fft.rfftn(x, s=(4, 4), axes=(0, 2), norm='ortho')
"""

EDGES = """
np.fft.fft(s)
np.fft.fft(z)
np.fft.fft(z, n=3)
np.fft.fft(e)
np.fft.fft(e, axis=0)
np.fft.fft(v, n=0)
np.fft.fft(v, axis=1)
np.fft.fft(v, norm='none')
np.fft.rfft(e)
np.fft.irfft(e)
np.fft.irfft(v[:1])
np.fft.irfft(v, n=0)
np.fft.fft(v, n=-2)
np.fft.fftn(x, s=(2, 2), axes=(0,))
np.fft.fftn(x, axes=(3,))
np.fft.fft2(v)
np.fft.rfftn(x, axes=())
np.fft.fft(v, out=np.fft.fft(v))
np.fft.fft(x, axis=1, out=np.fft.fft(y))
np.fft.fft(v, out=np.fft.fft(w))
np.fft.fftn(x, out=np.fft.fftn(y))
np.fft.irfft(v, out=np.fft.irfft(v))
"""

ROWS = [
    *rows(COMPLEX_TRANSFORMS, ALL, tolerance=10),
    *rows(REAL_TRANSFORMS, REAL, tolerance=10),
    *rows(EDGES, ("float64", "complex64"), tolerance=10),
    *rows("np.fft.irfftn(x, s=(3, 7), axes=(1, 2), norm='ortho')", COMPLEX, tolerance=10),
    *rows("np.fft.rfft(v)\nnp.fft.ihfft(v)\nnp.fft.rfftn(x)", COMPLEX),
]

SMOOTH = """
np.fft.fft(x, axis=1)
np.fft.ifft(x, n=5)
np.fft.irfft(x)
np.fft.hfft(x)
np.fft.fftn(x)
np.fft.irfftn(x)
np.fft.fftshift(x)
np.fft.fft(s[None])
np.fft.fft(m, n=2, norm="ortho")
np.fft.fft(m, axis=0, norm="forward")
np.fft.ifft(m, n=5, norm="ortho")
np.fft.irfft(m, n=5)
np.fft.irfft(m, n=1)
np.fft.irfft(w, norm="forward")
np.fft.fft2(x)
np.fft.ifft2(x, s=(3, 2))
np.fft.fftn(x, axes=(0, 2))
np.fft.ifftn(x, norm="forward")
np.fft.irfft2(x)
np.fft.irfftn(x, s=(2, 3), axes=(0, 2))
np.fft.hfft(m, n=3)
np.fft.ifftshift(x, axes=1)
"""

SMOOTH_REAL = """
np.fft.rfft(x, n=3)
np.fft.ihfft(x)
np.fft.rfftn(x)
np.fft.rfft(w)
np.fft.rfft(s[None])
np.fft.rfft(m, axis=0, norm="ortho")
np.fft.rfft2(x)
np.fft.rfftn(x, s=(3, 2), axes=(0, 1))
np.fft.ihfft(v, n=2)
"""

GRADIENTS = [*rows(SMOOTH, ("float64", "complex128")), *rows(SMOOTH_REAL)]
