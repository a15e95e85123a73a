"""`config.yaml` and the environment, as one frozen `Settings`."""

from gateway.config.load import load, parse
from gateway.config.settings import Headers, Limits, Listener, Pricing, Settings, Tls

__all__ = ["Headers", "Limits", "Listener", "Pricing", "Settings", "Tls", "load", "parse"]
