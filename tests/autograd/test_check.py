"""The gradient checker, checked: it must fail where a gradient is wrong."""

import numpy as np
import pytest

from numtorch import _core, check_gradient
from numtorch.autograd.rule import define


def test_it_passes_right_gradients() -> None:
    check_gradient(lambda a: np.sin(a) * a, np.array([0.3, 1.2]), order=3)
    check_gradient(lambda a, b: a @ b, np.ones((2, 3)), np.ones((3, 2)))
    check_gradient(lambda z: z * np.conj(z) + z, np.array([1 + 2j]))


@pytest.fixture(scope="module")
def wrong_rules() -> dict[str, _core.Kernel]:
    """Kernels that nothing else uses, with rules that are wrong on purpose."""
    define("special_exp2", self=lambda g: g * 2)  # wrong value
    define("special_expm1", self=lambda: None)  # lost gradient
    # Right to first order only: the slope is taken as a constant.
    define("special_log1p", self=lambda g, self: g * _core.tensor(_core.collect(1 / (self + 1))))
    return {name: _core.kernel(name) for name in ("special_exp2", "special_expm1", "special_log1p")}


@pytest.mark.parametrize("name", ["special_exp2", "special_expm1"])
def test_it_fails_a_wrong_rule(wrong_rules: dict[str, _core.Kernel], name: str) -> None:
    with pytest.raises(AssertionError, match="order 1, argument 0"):
        check_gradient(wrong_rules[name], np.array([0.3, 1.2]))


def test_it_fails_a_rule_that_is_wrong_to_second_order(wrong_rules: dict[str, _core.Kernel]) -> None:
    check_gradient(wrong_rules["special_log1p"], np.array([0.3, 1.2]), order=1)
    with pytest.raises(AssertionError, match="order 2"):
        check_gradient(wrong_rules["special_log1p"], np.array([0.3, 1.2]), order=2)


def test_it_refuses_integers() -> None:
    with pytest.raises(TypeError, match="not int64"):
        check_gradient(np.sin, np.array([1, 2]))
