"""The parts of the page "Reading list": its filters, its table, and the steps from one karyogram to the next."""
