"""An installation and how it fares.

``serve`` starts the parts of one computer under a ``supervisor``, ``valkey`` among them, and ``logs`` is what they say.
``health`` asks whether they live, ``checks`` whether all records are as they were written, ``installation`` what they
run on, and ``sbom`` lists it.
"""
