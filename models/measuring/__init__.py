"""How good a model is: figures with intervals, of karyograms whose truth is known; NumPy only, no network here.

``evaluation`` judges them by the rule of the engine, and a ``report`` sums up: ``metrics`` are the figures and
``intervals`` go with them, ``reliability`` is that of the probabilities, ``breakdown`` sorts by kind and size of the
change, and ``copy_numbers`` looks at each chromosome. ``limits`` of the rule are chosen from the same judgements.
``admission`` counts whom the input gate turns away.
"""
