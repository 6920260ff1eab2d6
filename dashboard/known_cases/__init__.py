"""The parts of the page "Quality" that only a supervisor sees: known cases among the others, and how they were read."""
