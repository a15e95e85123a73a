"""The console: pages for people, which show what the gateway knows already and never a word that a caller wrote."""
