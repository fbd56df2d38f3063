"""The REST side of the API: one router for each family of routes, all over one context.

:mod:`.app` puts them together, :mod:`.errors` is the one shape that every error has, :mod:`.auth` who may ask.
"""
