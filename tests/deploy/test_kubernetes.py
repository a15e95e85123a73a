"""The manifests of deploy/kubernetes: valid for the API, as closed as they say, and of one piece with the configuration."""

from __future__ import annotations

import json

import kubernetes_validate
import pytest
import yaml

from gateway.config import parse
from tests.kit.source import ROOT

FOLDER = ROOT / "deploy" / "kubernetes"
GRAFANA = ROOT / "grafana"
FOREIGN = {"Kustomization", "PrometheusRule", "ServiceMonitor"}
"""Kinds that are no part of Kubernetes: their schemas are not in the validator."""
VERSIONS = ("1.28", "1.32")


def documents():
    found = {path.name: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yaml"))}
    assert len(found) > 10
    return {name: tree for name, tree in found.items() if name != "config.yaml"}


def of(kind):
    (tree,) = [tree for tree in documents().values() if tree["kind"] == kind]
    return tree


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", [name for name, tree in documents().items() if tree["kind"] not in FOREIGN])
def test_each_is_valid_and_has_no_field_that_the_api_would_drop(name, version):
    kubernetes_validate.validate(documents()[name], version, strict=True)


def test_the_validator_finds_a_field_that_is_misspelt():
    tree = of("Deployment")
    tree["spec"]["template"]["spec"]["securityContext"]["runAsNonroot"] = True
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(tree, VERSIONS[0], strict=True)


def test_every_manifest_is_applied_but_the_example_of_the_secret():
    listed = set(of("Kustomization")["resources"])
    assert listed == {*documents(), "../../grafana"} - {"kustomization.yaml", "secret.example.yaml"}


def test_the_rules_are_those_of_prometheus():
    """`make dashboards` writes them; `--check` of it, in the tests of Grafana, says when they are not fresh."""
    rule = of("PrometheusRule")
    files = [yaml.safe_load(path.read_text("utf-8")) for path in (GRAFANA / "rules").glob("*.yml")]
    groups = {group["name"]: group for tree in files for group in tree["groups"]}
    assert len(groups) > 5
    assert {group["name"]: group for group in rule["spec"]["groups"]} == groups
    assert len(rule["spec"]["groups"]) == len(groups)


@pytest.mark.parametrize("version", VERSIONS)
def test_each_dashboard_is_a_config_map_that_grafana_finds(version):
    """As kustomize makes them: it may read no file above its folder, so they are listed where they are."""
    tree = yaml.safe_load((GRAFANA / "kustomization.yaml").read_text("utf-8"))
    assert tree["generatorOptions"] == {"disableNameSuffixHash": True, "labels": {"grafana_dashboard": "1"}}
    made = {}
    for one in tree["configMapGenerator"]:
        (file,) = one["files"]
        made[GRAFANA / file] = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": one["name"], "labels": tree["generatorOptions"]["labels"]},
            "data": {file.rpartition("/")[2]: (GRAFANA / file).read_text("utf-8")},
        }
    assert set(made) == set((GRAFANA / "dashboards").glob("*.json"))
    assert all(path.parent.name == "dashboards" and ".." not in path.parts for path in made)
    for config_map in made.values():
        kubernetes_validate.validate(config_map, version, strict=True)
        assert len(json.dumps(config_map)) < 256 << 10  # `kubectl apply` keeps a copy in an annotation


def test_it_runs_as_nobody_and_writes_nowhere_but_in_its_state():
    pod = of("Deployment")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["runAsUser"] == 10001  # as in the Dockerfile
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not pod["automountServiceAccountToken"]
    closed = container["securityContext"]
    assert closed["readOnlyRootFilesystem"]
    assert not closed["allowPrivilegeEscalation"]
    assert closed["capabilities"] == {"drop": ["ALL"]}
    writable = {mount["name"] for mount in container["volumeMounts"] if not mount.get("readOnly")}
    assert writable == {"state", "tmp"}
    assert of("Namespace")["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_secrets_come_by_reference_and_none_stands_in_a_file():
    (container,) = of("Deployment")["spec"]["template"]["spec"]["containers"]
    assert container["envFrom"] == [{"secretRef": {"name": "triage-gateway"}}]
    assert "env" not in container
    given = of("Secret")["stringData"]
    text = (FOLDER / "config.yaml").read_text(encoding="utf-8")
    assert all(f"${{{name}" in text for name in given if name != "GATEWAY_SECRET")


def test_the_configuration_is_sound_with_what_the_secret_holds():
    text = (FOLDER / "config.yaml").read_text(encoding="utf-8")
    settings = parse(text, file="config.yaml", environ=dict.fromkeys(of("Secret")["stringData"], "x"))
    assert settings.ledger_url.startswith("postgresql://gateway:x@")
    assert settings.shared_redis.startswith("rediss://:x@")
    (container,) = of("Deployment")["spec"]["template"]["spec"]["containers"]
    (port,) = container["ports"]
    assert (settings.listeners[0].port, settings.listeners[0].host) == (port["containerPort"], "0.0.0.0")


def test_what_is_under_way_may_end_before_the_pod_is_killed():
    pod = of("Deployment")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    before = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
    text = (FOLDER / "config.yaml").read_text(encoding="utf-8")
    drain_s = parse(text, file="config.yaml", environ={}).limits.drain_s
    assert before + drain_s + 5 < pod["terminationGracePeriodSeconds"]


def test_it_is_closed_but_for_what_is_named():
    policy = of("NetworkPolicy")["spec"]
    assert set(policy["policyTypes"]) == {"Ingress", "Egress"}
    assert all(rule.get("to") and rule.get("ports") for rule in policy["egress"])
    assert all(rule.get("from") and rule.get("ports") for rule in policy["ingress"])
    blocks = [one["ipBlock"]["cidr"] for rule in policy["egress"] for one in rule["to"] if "ipBlock" in one]
    assert blocks
    assert "0.0.0.0/0" not in blocks


def test_all_mean_the_same_pods():
    labels = of("Deployment")["spec"]["template"]["metadata"]["labels"].items()
    named = [
        of("Deployment")["spec"]["selector"]["matchLabels"],
        of("Service")["spec"]["selector"],
        of("PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
        of("NetworkPolicy")["spec"]["podSelector"]["matchLabels"],
    ]
    assert all(one and one.items() <= labels for one in named)
    assert of("HorizontalPodAutoscaler")["spec"]["scaleTargetRef"]["name"] == of("Deployment")["metadata"]["name"]
    assert of("PodDisruptionBudget")["spec"]["minAvailable"] < of("HorizontalPodAutoscaler")["spec"]["minReplicas"]
