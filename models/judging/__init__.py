"""What a model says of one picture, from the page to the verdict; NumPy only, no network here.

The ``gate`` turns away what is no karyogram, by its ink and by its ``familiarity``. Of what the passes say,
``calibration`` makes probabilities, ``uncertainty`` measures how sure they are, ``findings`` names the chromosomes,
``suggestion`` a karyotype, and ``heatmap`` the places on the page; all of it is one ``prediction``. ``triage`` is the
rule that decides what happens with the karyogram.
"""
