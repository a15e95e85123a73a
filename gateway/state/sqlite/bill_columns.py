"""What a row says of tokens, money and energy: the columns that came later, and the cells of all of them."""

from __future__ import annotations

from gateway.domain import Settlement

BILLED = """
ALTER TABLE entry ADD COLUMN cache_write_tokens INTEGER CHECK (cache_write_tokens >= 0);
ALTER TABLE entry ADD COLUMN audio_input_tokens INTEGER CHECK (audio_input_tokens >= 0);
ALTER TABLE entry ADD COLUMN audio_output_tokens INTEGER CHECK (audio_output_tokens >= 0);
ALTER TABLE entry ADD COLUMN cost_quality TEXT REFERENCES word;
ALTER TABLE entry ADD COLUMN energy_quality TEXT REFERENCES word;
ALTER TABLE entry ADD COLUMN baseline_nano_usd INTEGER CHECK (baseline_nano_usd >= 0);
"""
"""Sorts of tokens with prices of their own, how money and energy came about, and what the baseline would have cost."""


def billed(row: Settlement) -> dict[str, str | int | bytes | None]:
    """The cells; tokens that nobody reported have none, also where the money is an estimate."""
    usage = row.usage
    counts: dict[str, str | int | bytes | None] = {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cached_input_tokens": usage.cached_input_tokens,
        "reasoning_tokens": usage.reasoning_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
        "audio_input_tokens": usage.audio_input_tokens,
        "audio_output_tokens": usage.audio_output_tokens,
    }
    return {
        **(counts if usage.reported else dict.fromkeys(counts)),
        "cost_nano_usd": row.cost_nano_usd,
        "energy_nwh": row.energy_nwh,
        "cost_quality": row.cost_quality,
        "energy_quality": row.energy_quality,
        "baseline_nano_usd": row.baseline_nano_usd,
    }
