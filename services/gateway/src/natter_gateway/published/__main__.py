"""``python -m natter_gateway.published > docs/events.md``."""

import sys

from natter_gateway.published.page import page
from natter_runtime.app import VERSION

sys.stdout.write(page(VERSION))
