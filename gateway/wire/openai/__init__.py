"""OpenAI's API, which is also the hub between dialects: fields, checks, and replies made whole; never sent from here."""
