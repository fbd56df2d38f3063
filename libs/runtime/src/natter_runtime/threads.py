"""How many threads the numeric libraries may use: one each. Import this before numpy.

The services run one model call per thread of their own executor; libraries that start threads
behind it only fight for the same cores.
"""

from __future__ import annotations

import os
import sys

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

sys.setswitchinterval(0.001)
"""A model thread gives the event loop a chance after 1 ms instead of 5."""
