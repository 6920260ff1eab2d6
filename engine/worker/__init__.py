"""The engine at work: from a job on the stream to a verdict in the record store.

The ``worker`` keeps a ``pipeline`` going, whose ``stages`` read, judge and keep; ``judging`` asks the ``predictors``
in memory, with what was ``promoted`` among them. Besides there are ``drawing`` of heat maps, ``shadowing`` by a
candidate, ``upkeep`` for all engines, and the ``metrics``.
"""
