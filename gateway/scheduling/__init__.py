"""When a request is served on a machine with models of its own: its queue, its loads, its evictions; pure."""
