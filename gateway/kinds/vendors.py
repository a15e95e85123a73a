"""Where the vendors are that only LiteLLM speaks for, by the prefix of a model's name; asks nobody.

LiteLLM takes an address that it is not given from the environment, where `GROQ_API_BASE=http://…` sends body and key
anywhere. So every address is given: the vendor's own, by its documentation, in the form that LiteLLM wants it
(2026-11, LiteLLM 1.106). Vendors whose address is a customer's own, or who are reached over several, are not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

CHAT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ai21_chat": "https://api.ai21.com/studio/v1",
        "aiml": "https://api.aimlapi.com/v1",
        "anthropic": "https://api.anthropic.com",
        "assemblyai": "https://llm-gateway.assemblyai.com/v1",
        "baseten": "https://inference.baseten.co/v1",
        "cerebras": "https://api.cerebras.ai/v1",
        "codestral": "https://codestral.mistral.ai/v1",
        "cohere": "https://api.cohere.com/v2/chat",
        "cohere_chat": "https://api.cohere.com/v2/chat",
        "cometapi": "https://api.cometapi.com/v1",
        "compactifai": "https://api.compactif.ai/v1",
        "dashscope": "https://dashscope.aliyuncs.com/compatible-mode/v1",
        "deepinfra": "https://api.deepinfra.com/v1/openai",
        "deepseek": "https://api.deepseek.com",
        "featherless_ai": "https://api.featherless.ai/v1",
        "fireworks_ai": "https://api.fireworks.ai/inference/v1",
        "friendliai": "https://api.friendli.ai/serverless/v1",
        "galadriel": "https://api.galadriel.com/v1",
        "gemini": "https://generativelanguage.googleapis.com/v1beta",
        "groq": "https://api.groq.com/openai/v1",
        "hyperbolic": "https://api.hyperbolic.xyz/v1",
        "inception": "https://api.inceptionlabs.ai/v1",
        "lambda_ai": "https://api.lambda.ai/v1",
        "meta_llama": "https://api.llama.com/compat/v1",
        "minimax": "https://api.minimax.io/v1",
        "mistral": "https://api.mistral.ai/v1",
        "moonshot": "https://api.moonshot.ai/v1",
        "morph": "https://api.morphllm.com/v1",
        "nebius": "https://api.studio.nebius.ai/v1",
        "novita": "https://api.novita.ai/v3/openai",
        "nscale": "https://inference.api.nscale.com/v1",
        "nvidia_nim": "https://integrate.api.nvidia.com/v1",
        "openai": "https://api.openai.com/v1",
        "openrouter": "https://openrouter.ai/api/v1",
        "ovhcloud": "https://oai.endpoints.kepler.ai.cloud.ovh.net/v1",
        "perplexity": "https://api.perplexity.ai",
        "poe": "https://api.poe.com/v1",
        "publicai": "https://api.publicai.co/v1",
        "sambanova": "https://api.sambanova.ai/v1",
        "scaleway": "https://api.scaleway.ai/v1",
        "synthetic": "https://api.synthetic.new/openai/v1",
        "together_ai": "https://api.together.ai/v1",
        "v0": "https://api.v0.dev/v1",
        "vercel_ai_gateway": "https://ai-gateway.vercel.sh/v1",
        "volcengine": "https://ark.cn-beijing.volces.com/api/v3",
        "wandb": "https://api.inference.wandb.ai/v1",
        "xai": "https://api.x.ai/v1",
        "zai": "https://api.z.ai/api/paas/v4",
    }
)
"""Where chats go."""

VECTORS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **CHAT,
        "cohere": "https://api.cohere.com/v2/embed",
        "cohere_chat": "https://api.cohere.com/v2/embed",
        "jina_ai": "https://api.jina.ai/v1",
        "voyage": "https://api.voyageai.com/v1",
    }
)
"""Where embeddings go: for two vendors LiteLLM wants the whole path, for two there is nothing else."""

ELSEWHERE: Final = frozenset({"api_base", "base_url", "custom_llm_provider", "fallbacks", "use_litellm_proxy"})
"""Arguments of LiteLLM that would lead a request elsewhere; as `params` of a provider they are refused."""


def vendor(model: str) -> str:
    """The prefix of the model's name that says who the vendor is; "" where it has none."""
    prefix, slash, _ = model.partition("/")
    return prefix if slash else ""


def address(model: str, *, vectors: bool) -> str:
    """The vendor's address for a model, for chats or for vectors; "" where we know none."""
    return (VECTORS if vectors else CHAT).get(vendor(model), "")
