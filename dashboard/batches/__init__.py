"""The parts of the page "Batches": the inside of one batch, and its report in each format."""
