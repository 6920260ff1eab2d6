"""What a page stands on: its address, what its browser session remembers, who is at it, and the rest of the system."""
