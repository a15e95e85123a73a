"""The record that several gateways keep together, in PostgreSQL. Needs the extra `postgres`."""
