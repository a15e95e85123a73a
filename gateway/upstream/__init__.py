"""The only way out: every connection to a provider is opened in here, and only for an `Outbound` (law 1)."""
