from ollama import ListResponse, ProcessResponse, ShowResponse

from gateway.wire.ollama import catalogue


def test_every_name_is_listed_as_the_client_reads_it():
    body = catalogue.tags(["qwen3:32b", "gpt-4o"])
    assert [model["name"] for model in body["models"]] == ["qwen3:32b", "gpt-4o"]
    read = ListResponse(**body).models
    assert [model.model for model in read] == ["qwen3:32b", "gpt-4o"]
    assert len({model.digest for model in read}) == 2


def test_what_is_in_memory_is_listed_as_the_client_reads_it():
    assert not ProcessResponse(**catalogue.running([])).models
    assert [model.model for model in ProcessResponse(**catalogue.running(["qwen3:32b"])).models] == ["qwen3:32b"]


def test_a_model_is_shown_with_what_it_can_do():
    body = catalogue.show(capabilities=["completion", "vision"], context=4096)
    read = ShowResponse(**body)
    assert read.capabilities == ["completion", "vision"]
    assert read.modelinfo["gateway.context_length"] == 4096
    assert "gateway.context_length" not in catalogue.show(capabilities=[], context=None)["model_info"]


def test_the_version_is_one_that_clients_can_compare():
    assert all(part.isdigit() for part in catalogue.version()["version"].split("."))


def test_the_banner_is_the_one_that_clients_look_for():
    assert catalogue.BANNER == "Ollama is running"
