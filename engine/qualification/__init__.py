"""Is this installation what was installed, and does it work as it should? ``python -m engine qualify`` runs it."""
