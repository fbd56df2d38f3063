#!/usr/bin/env bash
# Everything that Natter needs on this machine: uv, the locked dependencies in .venv, and, as root on Debian or
# Ubuntu, nats-server and libflite1. Quiet when there is nothing to do; a second run takes well under a second.
#
#   scripts/setup.sh
#
# NATTER_SETUP_APT=no   install no system packages
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly STAMP=.venv/.natter-setup APT_TRIED=.venv/.natter-apt UV_HOME=.venv-uv

say() { printf 'setup: %s\n' "$*" >&2; }
die() {
  say "$*"
  exit 1
}

can_apt() {
  [ "${NATTER_SETUP_APT:-yes}" != no ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null
}

apt_install() {
  say "installing $* (apt)"
  {
    apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@"
  } >/dev/null 2>&1
}

# Prints the first Python that is new enough; the one that .venv was made with comes first, whatever PATH says today,
# and it has one name whoever asks. A shim that stands for no Python does not count: it is asked.
find_python() {
  local name
  for name in .venv/bin/python python3 python3.13 python3.12 python3.11 python3.14; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      "$name" -c 'import os, sys; print(os.path.realpath(sys._base_executable))'
      return
    fi
  done
  return 1
}

need_python() {
  PYTHON=$(find_python) && return
  if can_apt && apt_install python3 python3-venv python3-pip && PYTHON=$(find_python); then return; fi
  die "Python 3.11 or later is needed: install python3 with venv (Debian: apt install python3 python3-venv)"
}

# Sets UV: the one on PATH, else one by pip in an environment of its own, apart from the one that uv manages.
need_uv() {
  if command -v uv >/dev/null && uv --version >/dev/null 2>&1; then
    UV=uv
    return
  fi
  UV=$UV_HOME/bin/uv
  if "$UV" --version >/dev/null 2>&1; then return; fi
  say "installing uv (pip)"
  if ! "$PYTHON" -c 'import ensurepip' 2>/dev/null && can_apt; then apt_install python3-venv python3-pip || true; fi
  rm -rf "$UV_HOME"
  if "$PYTHON" -m venv "$UV_HOME" >/dev/null 2>&1; then
    echo '*' >"$UV_HOME/.gitignore"
    "$UV_HOME/bin/python" -m pip install --quiet --disable-pip-version-check uv ||
      die "uv could not be installed by pip (is the package index in reach?)"
    return
  fi
  rm -rf "$UV_HOME"
  "$PYTHON" -m pip install --quiet --disable-pip-version-check --user --break-system-packages uv 2>/dev/null ||
    "$PYTHON" -m pip install --quiet --disable-pip-version-check --user uv 2>/dev/null ||
    die "uv is needed, and $PYTHON has neither venv nor pip (Debian: apt install python3-venv)"
  UV="$("$PYTHON" -m site --user-base)/bin/uv"
}

# What .venv depends on, as one line.
fingerprint() {
  { echo "$PYTHON $PWD" && cat uv.lock pyproject.toml libs/*/pyproject.toml services/*/pyproject.toml scripts/setup.sh; } |
    "$PYTHON" -c 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())'
}

sync_dependencies() {
  local wanted
  wanted=$(fingerprint)
  if [ -x .venv/bin/python ] && [ "$(cat "$STAMP" 2>/dev/null)" = "$wanted" ]; then return; fi
  need_uv
  say "installing the locked dependencies into .venv"
  # uv brings its own certificates; where the machine has some, those count (a company's proxy).
  if [ -z "${SSL_CERT_FILE:-}" ] && [ -e /etc/ssl/certs/ca-certificates.crt ]; then export UV_SYSTEM_CERTS=1; fi
  export UV_COMPILE_BYTECODE=1 UV_PYTHON_DOWNLOADS=never UV_PYTHON=$PYTHON UV_PROJECT_ENVIRONMENT=.venv
  export UV_HTTP_TIMEOUT="${UV_HTTP_TIMEOUT:-120}"
  "$UV" sync --frozen --quiet || die "uv sync failed; the lines above say why"
  echo "$wanted" >"$STAMP"
}

has_library() {
  "$PYTHON" -c 'import ctypes.util, sys; sys.exit(not any(map(ctypes.util.find_library, sys.argv[1:])))' "$@"
}

# The parts that pip cannot bring. All are optional: what is used instead is told in one line each.
system_packages() {
  local missing=()
  command -v nats-server >/dev/null || missing+=(nats-server)
  has_library RHVoice flite || missing+=(libflite1)
  if [ ${#missing[@]} = 0 ]; then return; fi
  if can_apt && [ ! -e "$APT_TRIED" ]; then
    apt_install "${missing[@]}" || true
    touch "$APT_TRIED"
  fi
  command -v nats-server >/dev/null ||
    say "no nats-server: all services run in one process instead (better: apt or brew install nats-server)"
  has_library RHVoice flite ||
    say "no flite: the agent speaks with espeak instead, less clearly (better: apt install libflite1)"
}

need_python
sync_dependencies
system_packages
