"""The commands of ``python -m models``, one a module: ``add_parser`` describes it, ``run`` does it."""
