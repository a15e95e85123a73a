"""What operators see: metrics and log lines out of events, prices out of a file; it decides nothing."""
