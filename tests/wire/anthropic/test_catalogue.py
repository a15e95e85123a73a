from anthropic.types import ModelInfo

from gateway.wire.anthropic import catalogue


def test_every_name_is_on_the_one_page_as_the_sdk_reads_it():
    page = catalogue.page(["chat", "claude-sonnet"])
    assert [ModelInfo.model_validate(model).id for model in page["data"]] == ["chat", "claude-sonnet"]
    assert (page["first_id"], page["last_id"], page["has_more"]) == ("chat", "claude-sonnet", False)


def test_without_models_there_is_an_empty_page():
    assert catalogue.page([]) == {"data": [], "first_id": None, "last_id": None, "has_more": False}
