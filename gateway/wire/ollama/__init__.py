"""Ollama's native API in both directions: as callers speak it to us, and as we speak it to a server."""
