"""The smallest configuration that serves, and one rule with its example."""

from __future__ import annotations

CONFIG = """
version: 1
server: {port: 0}
providers:
  toy: {kind: scripted, traits: [on_prem]}
targets:
  toy: {provider: toy, model: toy}
routes:
  toy: {targets: [toy]}
default_route: toy
"""
RULE = """
version: 1
rules:
  - id: stays
    why: Stays.
    when: {phi: [direct, indirect], to: {without: [on_prem]}}
    then: {deny: true}
examples:
  - {phi: [mrn], traits: [], sent: false}
"""
