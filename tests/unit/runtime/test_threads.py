"""How many threads the numeric libraries may use."""

from __future__ import annotations

import os
import subprocess
import sys

SHOW = "import os, sys; print(os.environ['{name}'], sys.getswitchinterval())"
NAMES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def shown(environ: dict[str, str], name: str) -> str:
    code = f"import natter_runtime.threads; {SHOW.format(name=name)}"
    return subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_one_thread_each_unless_the_operator_says_otherwise() -> None:
    environ = {name: value for name, value in os.environ.items() if name not in NAMES}
    assert shown(environ, "OMP_NUM_THREADS") == "1 0.001"
    assert shown(environ | {"MKL_NUM_THREADS": "4"}, "MKL_NUM_THREADS") == "4 0.001"


def test_no_library_tells_anybody_what_is_said_here() -> None:
    environ = {name: value for name, value in os.environ.items() if "TELEMETRY" not in name}
    assert shown(environ, "ORT_DISABLE_TELEMETRY") == "1 0.001"
    assert shown(environ, "HF_HUB_DISABLE_TELEMETRY") == "1 0.001"
