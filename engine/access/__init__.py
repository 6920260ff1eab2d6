"""Who gets in: by ``identity`` at a provider and by ``sign_ins`` in the record store, or without, by ``exposure``.

``drafts`` keep what somebody had written when they had to sign in again.
"""
