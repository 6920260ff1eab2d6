"""The parts of the page "Model comparison": runs of experiments become tables, charts and downloads."""
