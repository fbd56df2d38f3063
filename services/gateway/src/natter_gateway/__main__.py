"""``python -m natter_gateway``."""

from natter_gateway.main import main

main()
