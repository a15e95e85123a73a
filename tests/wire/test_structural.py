from gateway.wire import structural


def test_a_place_is_a_path_without_its_indices():
    assert structural.place(("messages", 3, "content", 0, "type")) == ("messages", "*", "content", "*", "type")


def test_a_closed_set_matches_its_members_and_nothing_around_them():
    words = structural.one_of({"a.b", "c"})
    assert words.fullmatch("a.b")
    assert words.fullmatch("c")
    for other in ("", "axb", "cc", "c\n"):
        assert not words.fullmatch(other)
