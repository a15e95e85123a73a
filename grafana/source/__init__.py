"""What the dashboards and the rules are made of; `make dashboards` writes them from here, and nobody edits the JSON."""
