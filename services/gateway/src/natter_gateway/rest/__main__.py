"""``python -m natter_gateway.rest``: print ``docs/rest.md``."""

from __future__ import annotations

import sys

from natter_gateway.rest.reference import page
from natter_runtime.app import VERSION

if __name__ == "__main__":
    sys.stdout.write(page(VERSION))
