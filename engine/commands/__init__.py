"""The commands of ``python -m engine``: each module has ``add_parser`` and ``run``."""
