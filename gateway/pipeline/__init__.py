"""The one path of a request: resolve, scan, decide, plan, prepare, record, send, restore, settle."""

from gateway.pipeline.answer import Answer
from gateway.pipeline.flow import Pipeline

__all__ = ["Answer", "Pipeline"]
