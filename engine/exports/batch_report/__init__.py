"""The report of a batch: what it says (``report``, ``entries``), and how it is written down, one module a format."""
