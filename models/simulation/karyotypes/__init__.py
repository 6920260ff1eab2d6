"""Karyotypes as data: the chromosomes of a cell, the changes among them, and how ISCN writes both.

``karyotype`` is the complement of a cell or of a case, ``segments`` what its chromosomes are made of, ``operations``
the changes: those of structure in ``rearrangements`` (within one chromosome) and ``exchanges`` (between two), broken
where ``bands`` tell. ``iscn`` reads them and ``sizes`` measures them. ``draws`` draws karyotypes at random, among the
``candidates`` that a reader can see and as often as ``profiles`` say. ``tables/`` has the bands and the profiles.
"""
