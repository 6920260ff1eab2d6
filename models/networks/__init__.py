"""Networks: what they are built of, how they are run, and where they look; with Keras, on any of its backends.

``architectures`` builds them from the words in ``choices``, ``weights`` are read and written, and ``cutting`` divides a
network into what stays and what learns; ``crop_network`` is the small one of the reader; ``lattices`` tell where the
cells of a feature map lie on the picture. ``dropout`` judges a picture by all sub-networks at once (Monte-Carlo
Dropout), and ``evidence`` finds where on it the reasons lie, by ``gradients``. ``devices`` says where all this is
computed and in which precision.
"""
