"""Where a request may be meant for, in which order and at what price; pure."""
