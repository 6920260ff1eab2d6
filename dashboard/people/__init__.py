"""Who works here: coming in, going out, and choosing who one is where nobody signs in."""
