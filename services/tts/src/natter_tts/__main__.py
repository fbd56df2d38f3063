"""``python -m natter_tts``."""

from natter_tts.main import main

main()
