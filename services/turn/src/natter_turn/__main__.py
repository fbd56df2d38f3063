"""``python -m natter_turn``."""

from natter_turn.main import main

main()
