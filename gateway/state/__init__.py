"""What outlives a request, behind the ports: in memory, in SQLite, and the secret that keys it.

Beside the record stands what commands in other processes need (`in_force`, `holder`, `acceptance`).
"""
