#!/usr/bin/env bash
# Makes .venv and installs Loopwright with the extras named by the first argument ("train,dev").
#
# torch must come as its CPU build unless somebody asks otherwise: on Linux the plain package pulls
# several GB of CUDA. Where a find-links folder is configured for pip, the CPU build lies there (uv
# does not read pip's settings, so it is told); elsewhere uv knows the CPU source by itself. To
# train on a GPU, say so: UV_TORCH_BACKEND=auto make demo
set -euo pipefail
cd "$(dirname "$0")/.."
extras=$1
venv=.venv

die() { echo "setup: $*" >&2; exit 1; }

find_python() {
  local name
  for name in "${PYTHON:-python3}" python3.13 python3.12 python3.11; do
    if command -v "$name" >/dev/null &&
      "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$name"
      return
    fi
  done
  die "no Python 3.11 or newer found. Install one, or name it: make demo PYTHON=/path/to/python3"
}

make_venv() {
  local python
  python=$(find_python)
  # Ends half-made folders too: a venv without pip is of no use.
  "$python" -m venv --clear "$venv" ||
    die "could not make $venv. On Debian and Ubuntu: apt-get install python3-venv"
}

"$venv/bin/python" -m pip --version >/dev/null 2>&1 || make_venv

links=${PIP_FIND_LINKS:-$("$venv/bin/python" -m pip config get global.find-links 2>/dev/null || true)}
has_cpu_torch() { compgen -G "${links:-/nonexistent}/torch-2.13.0*cpu*" >/dev/null; }

with_uv() {
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check uv || return 1
  local -a settings=()
  if [ -z "${UV_TORCH_BACKEND:-}" ]; then
    if has_cpu_torch; then
      settings+=("UV_FIND_LINKS=$links")
    else
      settings+=("UV_TORCH_BACKEND=cpu")
    fi
  fi
  [ -z "${PIP_INDEX_URL:-}" ] || settings+=("UV_DEFAULT_INDEX=${UV_DEFAULT_INDEX:-$PIP_INDEX_URL}")
  [ -z "${PIP_CERT:-}" ] || settings+=("SSL_CERT_FILE=${SSL_CERT_FILE:-$PIP_CERT}")
  env "${settings[@]}" "$venv/bin/uv" pip install --quiet --python "$venv/bin/python" \
    --editable ".[$extras]"
}

with_pip() {
  # Without a folder that holds the CPU build, pip would take CUDA: install nothing instead.
  if [ "$(uname -s)" = Linux ] && [ -z "${UV_TORCH_BACKEND:-}" ] && ! has_cpu_torch; then
    return 1
  fi
  "$venv/bin/python" -m pip install --disable-pip-version-check --editable ".[$extras]"
}

echo "setup: installing Loopwright [$extras] into $venv (once; some minutes on a new machine)" >&2
with_uv || {
  echo "setup: uv could not install; trying pip" >&2
  with_pip || die "installation failed; the cause is printed above. Behind a proxy or mirror, set
PIP_INDEX_URL; with a folder of wheels that holds the CPU build of torch 2.13.0, set PIP_FIND_LINKS."
}
