"""The tagger, and the judges of what it takes for somebody's."""
