"""Text to speakable text, word by word: what is written keeps its place beside what is said."""

from natter_tts.normalize.pieces import Token
from natter_tts.normalize.pipeline import fenced, normalize, spoken_pieces

__all__ = ["Token", "fenced", "normalize", "spoken_pieces"]
