"""Numbers that no count, length, axis, device or seed can have: an error that says so, and no end of the process."""

from __future__ import annotations

import pytest

from tests.processes.child import run

NUMBERS = (
    "-1", "-2**31", "2**31", "2**62", "2**63 - 1", "2**63", "-2**63", "2**64", "10**30", "True", "1.5", "float('inf')",
    "float('nan')", "None", "'x'", "(2**62, 4)", "[2**63]",
)  # fmt: skip

# {n} is the number. Shapes of more than 2**60 bytes at once; what fits into memory is no error.
CALLS = """
nt.set_num_threads(2**31 if {n} is True else {n})
nt.manual_seed({n})
nt.Generator({n})
nt.Generator().manual_seed({n})
nt.device({n}).__enter__()
nt.tensor(1.0, dev={n})
nt.Tensor(2**40, {n})
nt.Tensor(3, dev={n})
t.to(dev={n})
t.item({n})
t.resize((2**40, {n}))
t.reshape({n}, {n})
np.reshape(t, ({n}, 2**40))
np.sum(t, axis={n})
np.expand_dims(t, {n})
np.moveaxis(t, 0, {n})
np.take(t, {n})
np.repeat(t, 2**40 if {n} in (2**31, True) else {n})
np.tile(t, 2**40 if {n} in (2**31, True) else {n})
np.pad(t, {n} if {n} != 2**31 else 2**60)
np.roll(t, {n})
np.diff(t, {n})
np.polyder(t, {n})
np.broadcast_to(t, (2**62, {n}))
np.diag(t, {n} if {n} not in (2**31, -2**31) else 2**62)
np.eye(2**40, {n}, like=t)
np.fft.fft(t, {n} if {n} != 2**31 else 2**62)
np.partition(t, {n})
np.swapaxes(t, {n}, 0)
np.squeeze(t, {n})
t[{n}]
t[{n}:]
t[::{n}]
nn.pad_repeat(image, {n} if {n} != 2**31 else 2**60)
nn.pad_constant(image, {n} if {n} != 2**31 else 2**60)
nn.conv(image, image, stride={n})
nn.conv(image, image, dilation={n})
nn.conv(image, image, groups={n})
nn.max_pool(image, {n})
nn.onehot(t.astype(int), 2**50 if {n} in (2**31, True) else {n})
nn.softmax(t, axis={n})
nn.groupnorm(image, {n})
nn.pixel_shuffle(image, {n})
nn.adaptive_mean_pool(image, {n} if {n} != 2**31 else 2**60)
"""

PROGRAM = """
import resource, sys
import numpy as np
import numtorch as nt
from numtorch import nn

# So that what asks for too much memory is refused, not killed.
resource.setrlimit(resource.RLIMIT_AS, (16 << 30, 16 << 30))
for call in {calls!r}:
    t = nt.tensor(np.arange(6.0))
    image = nt.tensor(np.ones((1, 4, 5, 5), np.float32))
    print(call, file=sys.stderr, flush=True)
    try:
        eval(call)
    except (ValueError, TypeError, IndexError, OverflowError, MemoryError, ZeroDivisionError):
        pass
    except RuntimeError as error:
        print("libtorch's own words:", error, file=sys.stderr)
print("done")
"""


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_that_cannot_be(number: str) -> None:
    calls = [call.replace("{n}", f"({number})") for call in CALLS.strip().splitlines()]
    assert run(PROGRAM.format(calls=calls), OMP_NUM_THREADS="1") == "done\n"


def test_the_number_of_threads_has_a_bound() -> None:
    code = """
import numtorch as nt
before = nt.get_num_threads()
for count in (0, -1, 10**5, 2 * 10**9, 2**31, 2**63, -(2**63), 2**64):
    try:
        nt.set_num_threads(count)
    except ValueError as error:
        assert "must be at" in str(error) and str(count) in str(error), error
    else:
        raise AssertionError(count)
assert nt.get_num_threads() == before
nt.set_num_threads(3)
print(nt.get_num_threads())
"""
    assert run(code) == "3\n"
