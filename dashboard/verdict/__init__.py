"""What models say of a karyogram, on its page: the outcome, the measures behind it, and other models."""
