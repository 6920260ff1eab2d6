"""The record store, the truth of all that happened: what is written, and what is read of it.

The ``schema`` has all tables, of ``columns`` that both databases know, with ``people_tables`` and the ``seed_table``;
the ``database`` is brought to it by ``migrations``. The ``store`` writes, ``rows`` become dataclasses, ``turns`` tell
whose turn it is, ``reports`` read many at once, and ``seeds`` tell known cases from patients. Everything stands in the
``audit`` trail; ``retention`` removes pictures, and a ``backup`` is made while everything runs.
"""
