"""Intake, record store, job stream and worker: from uploaded bytes to a stored verdict, and what people make of it.

All know the words: ``vocabulary``, with ``people``, ``names`` of files, the rules of ``reviews`` and the ``wording``;
``settings`` are read once, and ``errors`` from outside are told in one line. The rest is in packages: ``records`` is
the store, ``files`` come from outside, ``intake`` makes karyograms of them, ``jobs`` is the stream on which they wait,
and the ``worker`` judges them by ``policy``. People get in by ``access``, do their part by ``reviewing``, and are tried
by ``known_cases``; ``figures`` tell how all fares, ``exports`` are what leaves, ``operations`` keep an installation
going and ``qualification`` shows that it works. ``commands`` are those of ``python -m engine``.
"""
