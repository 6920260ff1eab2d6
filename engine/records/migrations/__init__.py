"""Migrations of the record store, run by ``engine.records.database.upgrade``."""
