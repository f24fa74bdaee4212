"""numpy.emath: what is tried, on which dtypes."""

from tests.pairing import ALL, rows

EACH = "\n".join(
    f"np.emath.{name}({operand})"
    for name in ("sqrt", "log", "log10", "log2", "arccos", "arcsin", "arctanh")
    for operand in ("m", "abs(m)", "s", "m[0, 0]", "e", "v / 8", "-abs(m) - 2")
)

BINARY = """
np.emath.logn(2, m)
np.emath.logn(v, m)
np.emath.logn(abs(v) + 2, abs(m))
np.emath.logn(v, 3.5)
np.emath.logn(m, w)
np.emath.logn([2, -2, 3, 4], m)
np.emath.power(m, 2)
np.emath.power(m, v)
np.emath.power(m, 0.5)
np.emath.power(abs(m), 0.5)
np.emath.power(abs(m) + 1, -2)
np.emath.power(-2, v)
np.emath.power(m, w)
np.emath.power(m, [-1, 2, 0, 1])
np.emath.power(s, 3)
"""

ROWS = [*rows(EACH, ALL), *rows(BINARY, ALL, tolerance=10)]

SMOOTH = """
np.emath.sqrt(m) * 1j
np.emath.log(m) * 1j
np.emath.log10(np.abs(m) + 1)
np.emath.log2(m) * 1j
np.emath.logn(v + 9, m) * 1j
np.emath.power(m, 1.5) * 1j
np.emath.arccos(m) * 1j
np.emath.arcsin(m / 9)
np.emath.arctanh(m) * 1j
"""

GRADIENTS = rows(SMOOTH, ("float64", "complex128"))
