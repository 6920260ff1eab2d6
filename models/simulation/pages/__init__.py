"""The page around the chromosomes: how they stand on it, what is written beside them, and how it is scanned.

``page`` composes one, and ``styles`` draws all in which pages differ, from the ``families`` that a variety allows.
Where chromosomes stand is told by ``layouts``, ``spacings``, ``plans`` and ``arrangements``; what ``pens`` write, by
``captions`` and by ``notes``, whose texts are in ``notes.txt``; and what the scanner makes of it, by ``warps``,
``grounds``, ``scans``, ``effects`` and ``developing``.
"""
