"""What is said on screen: outcomes, turns, calls, uploads and times in plain language. Nothing is drawn here."""
