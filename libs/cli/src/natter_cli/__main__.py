"""``python -m natter_cli`` is ``natter``."""

from natter_cli.main import main

main()
