"""LiteLLM, as a translator for the vendors whose dialects we do not speak; nothing outside this package imports it."""
