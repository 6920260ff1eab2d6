"""Everything that learns, and what its verdicts are made of; the command line is ``python -m models``.

A stored model has a ``card`` (as a page: ``card_page``), lies in the ``registry`` and judges as a ``predictor``;
``pictures`` decodes what laboratories have, ``colours`` makes it grey. All know the ``chromosomes`` and their
``counts``. The rest is in packages: ``preparation`` makes of a page what a network sees, ``networks`` are built and
run, ``reading`` reads a page chromosome by chromosome, ``judging`` makes a verdict of what they say, ``simulation``
draws karyograms, ``datasets`` are karyograms with their truth, ``measuring`` tells how good a model is, ``training``
makes one, ``adaptation`` makes a laboratory's own, and ``commands`` are those of the command line.

TensorFlow is imported in ``models`` alone, and only by what computes with a network: in ``networks``, ``training`` and
``adaptation``, and by the ``predictor``. Importing anything else does not load it.
"""
