"""Simulated karyograms: karyotypes, the drawing of chromosomes, recombination of real crops, and the page around them.

``karyotypes`` says what a cell has, ``chromosomes`` how each of its chromosomes looks, ``pages`` how they stand on a
page; each may import those named before it. ``karyograms`` joins the three, ``batches`` draws cases of several cells,
``sheets`` lays out many pages side by side, and ``strangers`` are pictures that are no karyogram.

Everything is driven by an explicit ``numpy.random.Generator``: the same seed gives the same picture.
"""
