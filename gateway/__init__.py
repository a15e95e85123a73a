"""Triage Gateway: decides, for every request to a language model, where it may go."""

__version__ = "0.1.0"
