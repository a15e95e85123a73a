"""Who calls, with which key, from where."""
