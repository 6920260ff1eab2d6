"""By what karyograms are judged: the model in use, its limits, and who is to follow it.

``policies`` are the limits and ``policy_cases`` show what others would do; ``promotions`` tell which model is in use,
``shadows`` which one is a candidate, and ``side_by_side`` compares two.
"""
