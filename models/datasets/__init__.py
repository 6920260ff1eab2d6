"""Karyograms with their truth, to learn from and to be measured on; NumPy only, no network here.

``labels`` are of real karyograms in a folder. A ``simulated_set`` is drawn by a recipe and written to disk, for
training, in which ``variation`` shows it a little differently each time and ``grids`` say what stands where; a
``simulated_test`` is drawn while it is judged. ``crop_lessons`` say what each object of a page is.
``splits`` tell by the number of a case on which side it stands, before anything else is done with it.
"""
