"""Simulated karyograms: karyotypes, the drawing of chromosomes, recombination of real crops, and the page around them.

Everything is driven by an explicit ``numpy.random.Generator``: the same seed gives the same picture.
"""
