"""Intake, record store, job stream and worker: from uploaded bytes to a stored verdict."""
