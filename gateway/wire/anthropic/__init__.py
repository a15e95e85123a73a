"""Anthropic's Messages API: checked, translated to the hub and back, event by event; never sent from here."""
