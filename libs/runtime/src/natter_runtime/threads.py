"""What the numeric libraries may do in our processes. Import this before numpy.

One thread each: the services run one model call per thread of their own executor, and libraries that
start threads behind it only fight for the same cores. And no telemetry: what is said on your machine
is nobody else's business.
"""

from __future__ import annotations

import os
import sys

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

for _name in ("ORT_DISABLE_TELEMETRY", "HF_HUB_DISABLE_TELEMETRY", "DO_NOT_TRACK"):
    os.environ.setdefault(_name, "1")

sys.setswitchinterval(0.001)
"""A model thread gives the event loop a chance after 1 ms instead of 5."""
