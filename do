#!/usr/bin/env bash
# ./do digits   run the example on real data          ./do test [pytest's arguments]   run the tests
# ./do lint     style, types and stubs                ./do setup                       only make the environment
# ./do opinfo [-k NAME]   PyTorch's sample inputs through numtorch's kernels, by hand
# ./do fuzz [SECONDS] [SEED] [MACHINE ...]   search for programs that give something wrong
# ./do asan [pytest's arguments]             tests with AddressSanitizer in numtorch's own C++
#
# Makes the environment in .venv (or $NUMTORCH_VENV) when it is not there, with $PYTHON (or python3), and brings
# numtorch in it up to date. Takes libtorch's CPU build; NUMTORCH_TORCH=torch==2.13.0 takes the index's own, which
# is the CUDA build on most machines.
set -euo pipefail
cd "$(dirname "$0")"

venv=${NUMTORCH_VENV:-.venv}
export PIP_DISABLE_PIP_VERSION_CHECK=1 CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-2}

say() { printf '== %s\n' "$*" >&2; }

pip() { "$venv/bin/python" -m pip --quiet "$@"; }

# The one line of pyproject.toml's build requirements that begins with $1.
requirement() {
  "$venv/bin/python" - "$1" <<'PY'
import sys, tomllib
lines = tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"]
print(next(line for line in lines if line.startswith(sys.argv[1])))
PY
}

install_torch() {
  local wanted=${NUMTORCH_TORCH:-$(requirement torch)+cpu}
  "$venv/bin/python" -c 'import importlib.util as u, sys; sys.exit(u.find_spec("torch") is None)' && return
  say "installing $wanted"
  # A "+cpu" never matches a CUDA build: if no index of this machine has it, PyTorch's own does.
  pip install "$wanted" || pip install "$wanted" --extra-index-url https://download.pytorch.org/whl/cpu
}

# Brings numtorch and the extras $1 into the environment. Only what changed is compiled again.
setup() {
  if [ ! -x "$venv/bin/python" ]; then
    say "making $venv"
    "${PYTHON:-python3}" -c 'import sys; sys.exit(sys.version_info < (3, 11) and "numtorch needs Python 3.11 or newer")'
    "${PYTHON:-python3}" -m venv "$venv"
  fi
  install_torch
  pip install "$(requirement scikit-build-core)" "$(requirement pybind11)" "cmake>=3.25" ninja
  say "building numtorch (the first time takes minutes)"
  pip install --no-build-isolation ".[$1]"
}

# pytest's arguments, with the whole suite, doctests too, unless they name files.
# Two workers with two OpenMP threads each: threads that spin while they wait would slow each other down.
run_tests() {
  export OMP_WAIT_POLICY=PASSIVE
  local argument
  for argument in "$@"; do
    if [ -e "${argument%%::*}" ]; then
      exec "$venv/bin/python" -m pytest "$@"
    fi
  done
  exec "$venv/bin/python" -m pytest -n 2 --doctest-modules --doctest-glob='*.md' --pyargs \
    numtorch README.md docs tests "$@"
}

# With AddressSanitizer in the extension, in an environment of its own; by default the tests of the tape, of writes,
# indices and threads. libtorch and Python keep memory until the end, so leaks are not looked for.
run_asan() {
  export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 PYTHONMALLOC=malloc OMP_WAIT_POLICY=PASSIVE
  local preload
  preload="$(g++ -print-file-name=libasan.so) $(g++ -print-file-name=libstdc++.so)"
  [ $# -gt 0 ] || set -- tests/autograd/test_tape.py tests/autograd/test_mutation.py tests/autograd/test_memory.py \
    tests/autograd/test_indexing.py tests/core/test_assignment.py tests/core/test_indexing.py tests/core/test_indexing_drawn.py \
    tests/core/test_tensor.py tests/core/test_convert.py tests/core/test_export.py tests/core/test_dlpack.py tests/core/test_copy.py \
    tests/processes/test_threads.py tests/processes/test_lists.py tests/processes/test_ending.py
  LD_PRELOAD=$preload exec "$venv/bin/python" -m pytest -p no:cacheprovider "$@"
}

lint() {
  local bin=$venv/bin
  "$bin/ruff" check .
  "$bin/ruff" format --check .
  "$bin/mypy"
  "$bin/python" -m pytest -q tests/test_types.py  # what mypy says of a user's script; `./do test` has no mypy
  # Names of other libraries are not there for a type checker.
  "$bin/python" -m mypy.stubtest numtorch._core --allowlist <("$bin/python" -c '
from numtorch.spellings import TENSOR
# A property that only values of integers have.
names = [*TENSOR, "numerator", "denominator"]
print(r"numtorch\._core\.Tensor\.(" + "|".join(names) + ")")')
  "$bin/clang-format" --dry-run -Werror csrc/*.cpp csrc/*/*.h csrc/*/*.cpp
  say "lint: clean"
}

case ${1:-} in
  digits) shift; setup examples; exec "$venv/bin/python" examples/digits.py "$@" ;;
  test) shift; setup test; run_tests "$@" ;;
  lint) setup test,lint; lint ;;
  fuzz) shift; setup test; OMP_WAIT_POLICY=PASSIVE exec "$venv/bin/python" -m tests.fuzz "$@" ;;
  asan)
    shift
    venv=${NUMTORCH_VENV:-.venv-asan}
    export CMAKE_ARGS="${CMAKE_ARGS:-} -DNUMTORCH_SANITIZE=ON"
    setup test
    run_asan "$@"
    ;;
  setup) setup test,lint,examples ;;
  opinfo) shift; setup test; pip install expecttest; exec "$venv/bin/python" -m tests.external.opinfo "$@" ;;
  *) sed -n '2,6s/^# //p' "$0" >&2; exit 2 ;;
esac
