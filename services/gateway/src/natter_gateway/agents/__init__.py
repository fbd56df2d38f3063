"""Stored agents: a configuration under an id, kept by its owner and loaded by ``agent_id``.

:mod:`.models` is what a user writes and reads, :mod:`.document` what is kept, :mod:`.merge` how the first becomes
the second, :mod:`.settings` what a session makes of it, :mod:`.preconnect` what is asked before a call begins, and
:mod:`.book` where sessions look agents up.
"""
