"""Making a model: from simulated karyograms to weights in the registry, with a card that tells what they are worth.

The ``trainer`` goes through ``phases`` with a ``trainee``, the network and its read-outs; ``fitting`` does one phase in
``batches``, with ``checkpoints`` to resume from, ``curves`` and ``progress`` to look at. ``releasing`` stores what was
learnt, after the ``trials`` that its card reports. ``ablation`` compares small trainings that differ in one thing.
"""
