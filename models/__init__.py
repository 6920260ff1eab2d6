"""Everything that learns: networks, MC-Dropout, uncertainty, simulation, training, evaluation, registry.

TensorFlow is imported in this package alone, and only by the modules that compute with a network. Importing
``models`` itself, or its NumPy modules (pictures, uncertainty, triage, registry), does not load it.
"""
