#!/usr/bin/env bash
# Everything that needs a GPU, in one go and in under ten minutes: builds against the torch that $PYTHON (or python3)
# has, runs the suite on GPU 0 and on the CPU, and every benchmark on GPU 0. Downloads nothing, keeps nothing installed.
#
#   bench/gpu.sh [RESULTS]     the log, the summary and the benchmarks' JSON go to RESULTS (bench/results)
set -uo pipefail
cd "$(dirname "$0")/.."

export python=${PYTHON:-python3}
mkdir -p "${1:-bench/results}"
results=$(cd "${1:-bench/results}" && pwd)
export site=$(mktemp -d)
trap 'rm -rf "$site"' EXIT
export PYTHONPATH=$site${PYTHONPATH:+:$PYTHONPATH} PYTHONUNBUFFERED=1
export CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}
export workers=$(($(nproc) < 8 ? $(nproc) : 8))
summary=()
failures=0
: >"$results/gpu.log"

# step NAME SECONDS COMMAND...: runs it for at most that long (and never past 570 s in all); goes on if it fails.
step() {
  local name=$1 limit=$2 status=0 began=$SECONDS outcome=ok log=$site/step.log
  shift 2
  limit=$((limit < 570 - SECONDS ? limit : 570 - SECONDS))
  echo "== $name" | tee -a "$results/gpu.log"
  if [ "$limit" -le 0 ]; then
    status=1 outcome="no time left" && : >"$log"
  else
    timeout --kill-after=5 "$limit" "$@" >"$log" 2>&1 || status=$? outcome="failed"
    case $status in 124 | 137) outcome="stopped after $limit s" ;; esac
  fi
  cat "$log" >>"$results/gpu.log"
  [ "$status" = 0 ] || { failures=$((failures + 1)) && tail -n 40 "$log"; }
  summary+=("$(printf '%-20s %4d s  %-20s ' "$name" $((SECONDS - began)) "$outcome")$(tail -n 1 "$log" | cut -c1-100)")
  return "$status"
}

finish() {
  printf '%s\n' '' "${summary[@]}" | tee "$results/summary.txt"
  exit $((failures > 0))
}

machine() {
  nvidia-smi -L
  "$python" -m pip list 2>/dev/null | grep -iE '^(numpy|cmake|ninja|pybind11|scikit.build.core|pytest|hypothesis) '
  "$python" -c 'import torch; print("torch", torch.__version__, torch.cuda.get_device_name(0))'
}

build() {
  "$python" -m pip install --no-build-isolation --no-deps --no-index --target "$site" . && return
  echo 'the build backend did not work here; building with CMake alone'
  cmake -S . -B "$site/build" -G Ninja -DPython_EXECUTABLE="$(command -v "$python")" \
    -Dpybind11_DIR="$("$python" -m pybind11 --cmakedir)" -DCMAKE_INSTALL_PREFIX="$site" &&
    cmake --build "$site/build" && cmake --install "$site/build" && cp -r python/numtorch "$site"
}

load() {
  "$python" - <<'PY'
import sys, time
start = time.perf_counter()
import numtorch as nt
seconds = time.perf_counter() - start
assert "torch" not in sys.modules
assert nt.device_count() > 0, "numtorch sees no GPU"
x = nt.Tensor(3, 3, dev=0) + 1
assert x.dev == 0 and float(x.sum()) == 9
print(f"imported from {nt.__file__} in {seconds:.2f} s, {nt.device_count()} GPU")
PY
}

suite() { "$python" -m pytest -p no:cacheprovider -p no:benchmark -q --maxfail=50 -n "$workers" tests "$@"; }
export -f machine build load suite

step machine 30 bash -c machine
step build 180 bash -c build || finish
step load 30 bash -c load
step tests-gpu 150 bash -c 'suite --dev 0'
step tests-cpu 90 bash -c suite
for script in $(grep -l '^if __name__' bench/*.py | grep -v models) bench/models.py; do # the longest at the end
  name=$(basename "$script" .py)
  step "bench-$name" 120 "$python" "$script" --dev 0 --json "$results/$name-gpu.json"
done
finish
