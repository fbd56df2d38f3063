"""Does a server speak the Voice Agent protocol? Black-box checks, for any URL: ``natter conformance``.

Each check is a coroutine that talks to the server as a client would and raises :class:`~.check.Unmet` where
it is not answered as the contract says. The model behind the server is told by instructions what to say and
which function to call, and the user's voice is the agent's own, recorded from a greeting; so the checks
need nothing but the server.
"""
