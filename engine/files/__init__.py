"""Files from outside, before anything of them is kept: what they are, and which cell of which case they show.

Disks have ``folders`` and uploads ``archives``; ``unpacking`` makes single files of them, ``decoding`` looks into each,
``cases`` tell by its name what it shows, and a ``preview`` says beforehand what will become of an upload.
"""
