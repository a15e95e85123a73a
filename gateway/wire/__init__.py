"""Dialects and framing: pure translation between what callers and targets speak; opens nothing, decides nothing."""
