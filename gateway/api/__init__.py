"""HTTP in, HTTP out: facades, authentication, errors as JSON; takes no decision."""
