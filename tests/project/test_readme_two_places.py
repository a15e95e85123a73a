"""The README's prompt that goes to two places: its configuration is run, and its answers are those shown."""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx
import pytest
import yaml

from gateway.cli import main
from gateway.config import load

ROOT = Path(__file__).parent.parent.parent
BAA = 'baa: {reference: "contract 2026-041", expires: 2999-12-31}'
TOKEN = re.compile(r"\[MRN_[a-z2-7]{10}\]")


def section(title):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return text.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def blocks(title, language):
    return re.findall(rf"```{language}\n(.*?)```", section(title), re.DOTALL)


@pytest.fixture
def config():
    [text] = blocks("The same prompt twice", "yaml")
    return text


@pytest.fixture
def policies():
    return {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "policies").glob("*.yaml")}


def with_baa(config):
    return config.replace("cloud: {kind: scripted,", f"cloud: {{kind: scripted, {BAA},")


def bodies():
    """The bodies of the two curls."""
    found = [re.search(r"-d '(.*)'", block) for block in blocks("The same prompt twice", "bash")]
    return [json.loads(match[1]) for match in found if match]


def shown():
    """Headers and content of each answer on the page."""
    texts = [text for text in blocks("The same prompt twice", "text") if text.startswith("x-gateway-target")]
    return [
        (dict(re.findall(r"^(x-gateway-\w+): (.+)$", text, re.MULTILINE)), re.search(r'"content":"(.*)"', text)[1])
        for text in texts
    ]


def reload(gateway, config):
    """What a SIGHUP does, with another text of the file."""
    file = Path(gateway.settings.file)
    file.write_text(config, encoding="utf-8")
    gateway.reload(load(str(file), {}, port=0))


async def asked(url, body):
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        reply = await client.post("/v1/chat/completions", json=body)
    names = ("target", "route", "decision", "redacted")
    headers = {f"x-gateway-{name}": reply.headers.get(f"x-gateway-{name}") for name in names}
    content = reply.json()["choices"][0]["message"]["content"]
    return {name: value for name, value in headers.items() if value}, content


async def test_the_same_prompt_goes_to_two_places_as_the_page_says(start, config, policies):
    without, with_number = bodies()
    clean, kept, redacted = shown()
    gateway = await start(config, policies)
    assert await asked(gateway.url, without) == clean
    assert await asked(gateway.url, with_number) == kept
    reload(gateway.gateway, with_baa(config))
    assert await asked(gateway.url, with_number) == redacted
    assert "8675309" not in gateway.log.getvalue()


def test_explain_says_what_the_page_shows(config, policies, tmp_path, capsys):
    for name, text in policies.items():
        (tmp_path / "policies").mkdir(exist_ok=True)
        (tmp_path / "policies" / name).write_text(text, encoding="utf-8")
    (tmp_path / "config.yaml").write_text(with_baa(config), encoding="utf-8")
    (tmp_path / "request.json").write_text(json.dumps(bodies()[1]), encoding="utf-8")
    options = ["--config", str(tmp_path / "config.yaml"), "--outbound"]
    assert main(["explain", str(tmp_path / "request.json"), *options]) == 0
    said = iter(TOKEN.sub("[MRN]", capsys.readouterr().out).splitlines())
    [page] = [text for text in blocks("The same prompt twice", "text") if text.startswith("Request\n")]
    for line in TOKEN.sub("[MRN]", page).splitlines():
        begin = line.partition("…")[0]
        assert any(spoken.startswith(begin) for spoken in said), line


def test_the_policy_on_the_page_is_the_one_of_the_administrators_page():
    [policy] = blocks("A policy", "yaml")
    assert policy in (ROOT / "policies" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("title", ["Point your client at it", "A cloud"])
def test_what_the_page_says_to_put_into_the_configuration_is_understood(title, tmp_path):
    """Each fragment takes the place of its sections in the shipped file, which is then sound."""
    for fragment in blocks(title, "yaml"):
        shipped = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
        for name, value in yaml.safe_load(fragment).items():
            shipped[name] = {**shipped.get(name, {}), **value} if isinstance(value, dict) else value
        (tmp_path / "policies").mkdir(exist_ok=True)
        file = tmp_path / "config.yaml"
        file.write_text(yaml.safe_dump(shipped), encoding="utf-8")
        assert load(str(file), {}).providers
