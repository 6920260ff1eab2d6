"""Karyograms of known answer among the others, by which readers and models are tried without knowing.

A supervisor hands in ``known_answers``, ``seeding`` puts one into a batch under one of its ``pseudonyms``, and
``seed_results`` tell what was found. Which ones they are, ``engine.records.seeds`` knows.
"""
