"""What outlives a call: stored agents, records of sessions, webhooks. SQLite by default, PostgreSQL by URL.

:mod:`.database` is how it is reached, :mod:`.tables` what it looks like, and each other file the questions
that one part asks of it: plain functions of a connection, to be run by :meth:`.Database.read` or
:meth:`.Database.write`, off the event loop and in one transaction each.
"""
