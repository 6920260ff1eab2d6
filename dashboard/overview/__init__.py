"""The parts of the page "Overview": statistics over time become frames and charts."""
