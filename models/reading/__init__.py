"""Reading a page chromosome by chromosome: what stands where, in which numbers; NumPy only.

``crops`` shows each object at one scale, ``layouts`` know in which order chromosomes stand, and ``decoding`` reads all
of a page in that order.
"""
