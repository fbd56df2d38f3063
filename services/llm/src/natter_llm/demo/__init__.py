"""The small retrieval demo behind ``engines/demo.py``: pure functions from a request to an answer."""
