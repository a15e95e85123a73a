"""Bytes of a stream to whole pieces and back: server-sent events and JSON lines; reads no socket."""
