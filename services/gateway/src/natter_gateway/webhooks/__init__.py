"""Telling others what happens: an event is written with what it tells of, and sent until somebody took it.

:mod:`.events` is what is told, :mod:`.signature` how the receiver knows that it was us, :mod:`.sender` the sending.
"""
