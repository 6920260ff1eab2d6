"""The thesis' experiments, reproduced and put right: each run writes one record, from which all figures are derived.

``record`` and ``figures`` know no network, so that a page can show runs without one; all else computes with them.
"""
