"""The parts of the page "Models": cards, the candidate in the shadow, and promotions."""
