"""How well does it listen? Real calls, made and judged item by item; see benchmarks/README.md.

    .venv/bin/python benchmarks/listening.py --quick                         # some 50 items, a few minutes
    .venv/bin/python benchmarks/listening.py --presets all --out FILE        # all items, preset by preset
    .venv/bin/python benchmarks/listening.py --systems natter,pipecat,livekit --out FILE
    .venv/bin/python benchmarks/listening.py --presets sweep --kinds pause,turn --out FILE
    .venv/bin/python benchmarks/listening.py --llm demo --kinds turn         # latency with the embedded demo
    .venv/bin/python benchmarks/listening.py --report FILE... [--write-docs] # tables, without a call

A run that is cut short goes on where it was when it is started again with the same ``--out``.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a file

from natter_runtime import threads

assert threads  # before numpy is imported

from benchmarks.bench.command import main

if __name__ == "__main__":
    sys.exit(main())
