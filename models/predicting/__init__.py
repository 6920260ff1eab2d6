"""Stored models in memory, ready to judge pages, and the reader, ready to read them.

``predictor`` judges, ``preparing`` brings pages into the form that a model looks at, ``page_reader`` reads them.
"""
