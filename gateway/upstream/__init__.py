"""The way out: every connection to a provider is opened in here, and only for an `Outbound` (law 1).

Whoever else the process reaches gets nothing of a request's content: local servers are asked about themselves (`questions.py`),
a cloud whether it takes its key, when `gateway doctor` is told to ask (`tried.py`), the collector on the premises gets spans
(`collector.py`), and, outside of this package, the authority gets the root of the record (`state/elsewhere.py`), and servers
on the premises what replicas share (`state/redis/`).
"""
