"""Lists that hold themselves, and lists nested deeper than arrays have axes: an error, as NumPy's."""

from __future__ import annotations

import pytest

from tests.processes.child import run

LISTS = {
    "itself": "L = [1.0]; L.append(L)",
    "itself twice": "L = []; L += [L, L]",
    "itself in a tuple": "a = [1.0]; L = (a, a); a.append(L)",
    "deep": "L = [1.0]\nfor _ in range(200_000): L = [L]",
    "65 levels": "L = [1.0]\nfor _ in range(64): L = [L]",
    "itself and a Tensor": "L = [nt.tensor([1.0])]; L.append(L)",
    "a deep Tensor": "L = [nt.tensor(1.0)]\nfor _ in range(200_000): L = (L,)",
}

CALLS = """
nt.tensor(L)
nt.tensor(L, dtype=np.float32)
nt.tensor([t, L])
t + L
L * t
t += L
t == L
t @ L
np.add(t, L)
np.add(t, t, where=L)
np.maximum(L, t)
np.where(t > 0, L, t)
np.concatenate([t, L])
np.stack([t, L])
np.dot(t, L)
np.clip(t, L, None)
np.take(t, L)
np.put(t, L, 1.0)
np.put(t, [0], L)
np.copyto(t, L)
np.searchsorted(t, L)
np.einsum("i,i", t, L)
np.interp(L, t, t)
np.append(t, L)
np.isin(t, L)
np.linalg.norm([t, L])
np.add.at(t, L, 1.0)
np.add.at(t, [0], L)
t[L]
t[..., L]
t[L, 0]
t[[0, 1], L]
t[L] = 1.0
t[0] = L
t[...] = L
t[[0, 1]] = L
t[t > 0] = L
t[1:] = L
t.fill(L)
t.real = L
t.flat[0] = L
t.searchsorted(L)
t.dot(L)
t.choose([t, L])
xp.asarray(L)
xp.array([t, L])
xp.sum(L)
xp.stack(L)
nn.relu(L)
nn.softmax([t, L])
nn.mse(t, L)
nn.crossentropy(t, L)
nt.gradient(lambda a: np.sum(a * L), t)
nt.gradient(lambda a: np.sum(np.stack([a, L])), t)
nt.gradient(lambda a: (a.__setitem__(0, L), np.sum(a))[1], t)
nt.gradient(lambda a: np.sum(a[L]), t)
t.resize(L)
t.reshape(L)
t.shape = L
nt.Tensor(L)
np.sum(t, axis=L)
np.transpose(t, L)
np.roll(t, L)
"""

# Here NumPy itself converts the list, and goes through all that is in it: two to the power of 64 times.
BY_NUMPY = ("nn.", "np.roll")

PROGRAM = """
import sys
import numpy as np
import numtorch as nt
import numtorch.numpy as xp
from numtorch import nn

{make}
quiet = []
for call in {calls!r}:
    t = nt.tensor(np.arange(6.0))
    print(call, file=sys.stderr, flush=True)
    try:
        exec(call)
        quiet.append(call)
    except (ValueError, TypeError, IndexError):
        pass
print(quiet)
"""


@pytest.mark.parametrize("name", LISTS)
def test_a_list_that_is_no_array(name: str) -> None:
    left_out = BY_NUMPY if name == "itself twice" else ()
    calls = [call for call in CALLS.strip().splitlines() if not call.startswith(left_out)]
    assert run(PROGRAM.format(make=LISTS[name], calls=calls)) == "[]\n"
