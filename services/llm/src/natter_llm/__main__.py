"""``python -m natter_llm``."""

from natter_llm.main import main

main()
