"""What operators see: metrics, log lines and spans out of events, prices out of a file; it decides nothing."""
