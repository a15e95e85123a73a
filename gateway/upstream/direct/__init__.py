"""Our own client for servers of the dialects that we speak: OpenAI's, Anthropic's and Ollama's."""
