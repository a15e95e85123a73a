"""One local model, one cloud, one rule between them: the smallest gateway that has something to decide."""

from __future__ import annotations

POLICY = """
version: 1
rules:
  - id: identifiers-stay-in-house
    why: Identifiers leave our network only as pseudonyms, and only to a provider with a BAA.
    when: {phi: [direct, indirect], to: {without: [on_prem]}}
    then: {require: [baa], redact: [direct, indirect]}
examples:
  - {phi: [mrn], traits: [], sent: false}
"""
MRN = "8675309"
SENSITIVE = f"Patient with MRN {MRN} has a cough. What should be asked next?"
CLEAN = "What should be asked next of an adult with a cough?"


def config(local, cloud, *, baa=False, order="local, cloud", more="first_token_s: 3"):
    agreement = 'baa: {reference: "C-1", expires: 2099-12-31}' if baa else ""
    return f"""
version: 1
providers:
  local: {{kind: lm_studio, base_url: "{local.base_url}", traits: [on_prem]}}
  cloud: {{kind: openai, base_url: "{cloud.base_url}", api_key: k, {agreement}}}
targets:
  local: {{provider: local, model: qwen}}
  cloud: {{provider: cloud, model: big}}
routes:
  diagnosis: {{targets: [{order}], {more}}}
agents:
  pathologist: {{route: diagnosis, match: {{system_contains: "expert pathologist"}}}}
default_route: diagnosis
"""
