"""The parts of the page "Karyogram": the picture, what was read of it and corrected, and the case around it."""
