"""From the page of a laboratory to the square picture that a network sees, and back; NumPy only.

``framing`` is the first way: the page around its content. ``packing`` is the newer one, which does not depend on the
layout: the ``pieces`` of ink that may be chromosomes, side by side, without the paper between them, and ``cutouts`` are
single ones of them; ``placing`` knows where they lie. ``preparations`` holds both by the names on model cards.
"""
