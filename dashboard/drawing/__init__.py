"""What several pages draw: charts, tables, symbols, pictures of karyograms, the brand, and parts of a page."""
