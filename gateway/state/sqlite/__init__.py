"""The record in one SQLite file: its thread, its connection, its tables, its reader."""
