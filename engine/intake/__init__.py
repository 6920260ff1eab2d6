"""From files to karyograms in the record store and on the job stream.

``intake`` checks and keeps each by itself, within ``quotas``; ``duplicates`` were there before, ``receipts`` count what
came of what was sent, and ``watching`` takes in what appears in a folder.
"""
