"""How the laboratory is doing, in figures that the database counts and that leave known cases out.

``overview`` tells what happened in ``periods``, ``histograms`` how verdicts are spread, ``drift`` whether karyograms
have changed, and ``quality`` and ``agreement`` how well they are read, as ``shares`` with their intervals.
"""
