"""A laboratory's own model: a stored one learns from karyograms of the site, and is kept if it is better there.

``site`` does it from folder to registry. Karyograms are ``prepared`` once, simulated ones are given the ``looks`` of
the site, and the ``procedure`` learns by ``folds`` of cases with an ``adapter``, the part of the network that is
trained again and again. ``comparison`` says whether the model is better than the one it started from.
"""
