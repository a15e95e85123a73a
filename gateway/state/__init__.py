"""What outlives a request, behind the ports: in memory, in SQLite, and the secret that keys it."""
