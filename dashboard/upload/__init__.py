"""The parts of the page "Upload": the form, what files will become, and the way of their bytes into the intake."""
