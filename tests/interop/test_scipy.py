"""SciPy's solvers, whose functions, gradients and matrices are Tensors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numtorch as nt
from tests.interop.hosting import check_hosted, close
from tests.interop.rows import lines

optimize = pytest.importorskip("scipy.optimize")
linalg = pytest.importorskip("scipy.sparse.linalg")

# f, its gradient and its Hessian; g and its Jacobian; h of x and two numbers and its Jacobian.
FUNCTIONS = lines("""
minimize(f, o, jac=df, method='CG').x
minimize(f, o, jac=df, method='BFGS').x
minimize(f, o, jac=df, method='L-BFGS-B').x
minimize(f, o, jac=df, method='L-BFGS-B', bounds=[(-1, 0.5)] * 2).x
minimize(f, t(o), jac=df, method='L-BFGS-B').x
minimize(f, o, jac=df, method='TNC').x
minimize(f, o, jac=df, method='SLSQP').x
minimize(f, o, jac=df, method='SLSQP', constraints=[dict(type='ineq', fun=c, jac=dc)]).x
minimize(f, o, jac=df, method='SLSQP', constraints=[dict(type='eq', fun=c, jac=dc)]).x
minimize(f, o, jac=df, method='SLSQP', constraints=NonlinearConstraint(c, -1, 1, jac=dc)).x
minimize(f, o, jac=df, method='SLSQP', constraints=LinearConstraint(t([[1.0, 1.0]]), t([-1.0]), t([1.0]))).x
minimize(f, o, jac=df, method='trust-constr').x
minimize(f, o, jac=df, hess=ddf, method='trust-constr').x
minimize(f, o, jac=df, hess=ddf, method='Newton-CG').x
minimize(f, o, jac=df, hess=ddf, method='trust-exact').x
minimize(lambda x: (f(x), df(x)), o, jac=True, method='L-BFGS-B').x
minimize(lambda x: (f(x), df(x)), o, jac=True, method='SLSQP').x
minimize(f, o, method='L-BFGS-B').x
minimize(f, o, method='Nelder-Mead').x
fmin_l_bfgs_b(f, o, fprime=df)[0]
fmin_slsqp(f, o, fprime=df, iprint=0)
basinhopping(f, o, niter=2, rng=0, minimizer_kwargs=dict(method='L-BFGS-B', jac=df)).x
least_squares(g, o, jac=dg).x
least_squares(g, o, jac=dg, method='dogbox').x
least_squares(g, o, jac=dg, method='lm').x
least_squares(g, o, jac=dg, loss='soft_l1').x
least_squares(g, o, jac=dg, tr_solver='lsmr').x
least_squares(g, o).x
leastsq(g, o, Dfun=dg)[0]
root(g, o, jac=dg).x
root(g, o, jac=dg, method='lm').x
root(lambda x: (g(x), dg(x)), o, jac=True).x
fsolve(g, o, fprime=dg)
curve_fit(h, a, 2 * a + 1, jac=dh)[0]
curve_fit(h, a, 2 * a + 1, jac=dh, method='trf')[0]
curve_fit(h, a, 2 * a + 1, jac=dh, method='dogbox')[0]
curve_fit(h, t(a), t(2 * a + 1))[0]
check_grad(f, df, o)
""")

SOLVERS = lines("""
cg(t(m), t(b))[0]
gmres(t(m), t(b))[0]
bicgstab(t(m), b)[0]
minres(t(m), t(b))[0]
cg(m, b, M=t(m))[0]
lsqr(t(m), t(b))[0]
lsmr(t(m), t(b))[0]
eigsh(t(m), k=2)[0]
svds(t(m), k=2)[1]
aslinearoperator(t(m)).matvec(b)
aslinearoperator(t(m)) @ b
onenormest(t(m))
expm_multiply(t(m), t(b))
""")


def functions(make: Any) -> dict[str, Any]:
    return {
        "f": lambda x: np.sum((make(x) - 1.0) ** 2),
        "df": lambda x: make(2 * (np.asarray(x) - 1.0)),
        "ddf": lambda x: make(2 * np.eye(len(x))),
        "g": lambda x: make(2 * np.asarray(x) - 1.0),
        "dg": lambda x: make(2 * np.eye(len(x))),
        "c": lambda x: make([1.0 - x[0] - x[1]]),
        "dc": lambda x: make([[-1.0, -1.0]]),  # noqa: ARG005
        "h": lambda x, p, q: make(p * np.asarray(x) + q),
        "dh": lambda x, p, q: make(np.stack([np.asarray(x), np.ones(len(x))], axis=1)),  # noqa: ARG005
    }


@pytest.mark.parametrize("text", FUNCTIONS)
def test_optimize(text: str) -> None:
    """On the CPU: what these functions return on a GPU, SciPy would have to copy."""
    names = {**vars(optimize), "o": np.zeros(2), "a": np.linspace(0, 1, 9)}
    expected = eval(text, {**names, **functions(np.asarray), "t": np.asarray})
    close(expected, eval(text, {**names, **functions(nt.tensor), "t": nt.tensor}))


@pytest.mark.parametrize("text", SOLVERS)
def test_linear_operators(text: str, dev: int) -> None:
    m = np.diag([4.0, 5.0, 6.0, 7.0]) + 0.1
    check_hosted(text, {**vars(linalg), "m": m, "b": np.ones(4), "np": np}, close, dev)


def test_gradients_of_numtorch(dev: int) -> None:
    def f(x: Any) -> Any:
        return np.sum((x - 1) ** 4)

    def slope(x: Any) -> Any:
        return nt.collect(nt.gradient(f, nt.tensor(x, dev=dev))[0])

    found = optimize.minimize(lambda x: f(nt.tensor(x, dev=dev)).item(), np.zeros(3), jac=slope, method="L-BFGS-B")
    np.testing.assert_allclose(found.x, 1, atol=0.05)


def test_no_gradient_is_dropped(dev: int) -> None:
    """A solver inside of a function that is differentiated."""

    def f(x: Any) -> Any:
        return optimize.minimize(lambda y: 0.0, np.zeros(2), jac=lambda y: x, method="L-BFGS-B").x  # noqa: ARG005

    with pytest.raises(TypeError, match="a gradient depends on this Tensor"):
        nt.gradient(f, nt.tensor([1.0, 2.0], dev=dev))
