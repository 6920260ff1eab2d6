"""Migrations of the record store, run by ``engine.database.upgrade``."""
