"""The one path of a request: resolve, scan, decide, plan, prepare, record, send, restore, settle."""

from gateway.pipeline.flow import Answer, Pipeline

__all__ = ["Answer", "Pipeline"]
