import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import InvalidRequest
from gateway.wire.framing.multipart import MAX_PARTS, Part, is_form, read, written

NAMES = st.text("abc[]_", min_size=1, max_size=8)
PARTS = st.lists(
    st.builds(Part, NAMES, st.none() | st.just("audio.wav"), st.binary(max_size=60)), min_size=1, max_size=4
)
OURS = "multipart/form-data; boundary=b"


@given(PARTS)
def test_what_is_written_is_what_is_read(parts):
    kind, body = written(parts)
    assert is_form(kind)
    assert read(body, kind) == parts


@given(
    st.lists(
        st.sampled_from([b"--b", b"--", b"\r\n", b"\r\n\r\n", b"content-disposition: form-data", b'; name="a"', b"x"])
    )
)
def test_any_bytes_are_read_or_refused(pieces):
    try:
        parts = read(b"".join(pieces), OURS)
    except InvalidRequest:
        return
    assert all(isinstance(part.name, str) for part in parts)


def one(head: bytes, data: bytes = b"x") -> bytes:
    return b"--b\r\n" + head + b"\r\n\r\n" + data + b"\r\n--b--\r\n"


@pytest.mark.parametrize(
    ("head", "name", "filename"),
    [
        (b'Content-Disposition: form-data; name="file"; filename="a \\"b\\".wav"', "file", 'a "b".wav'),
        (b'Content-Disposition: form-data; name="file"; filename="a %22b%22.wav"', "file", 'a "b".wav'),
        (b"content-disposition:form-data;name=file;filename=a.wav", "file", "a.wav"),
        (b'Content-Type: text/plain\r\nContent-Disposition: form-data; filename="a"; name="b"', "b", "a"),
        (b'Content-Disposition: form-data; name="a"; filename=""', "a", ""),
        ('Content-Disposition: form-data; name="ä"'.encode(), "ä", None),
        (b'Content-Disposition: form-data; name=""', "", None),
    ],
)
def test_a_part_is_named_as_clients_write_it(head, name, filename):
    assert read(one(head), OURS) == [Part(name, filename, b"x")]


def test_what_stands_before_the_first_part_is_nothing_and_the_boundary_may_be_quoted():
    body = b"preamble\r\n" + one(b'Content-Disposition: form-data; name="a"') + b"epilogue"
    assert read(body, 'Multipart/Form-Data; charset=x; boundary="b"') == [Part("a", None, b"x")]
    assert read(b"--b--\r\n", OURS) == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (one(b'Content-Disposition: form-data; name="a"'), "multipart/form-data"),
        (one(b'Content-Disposition: form-data; name="a"'), "multipart/form-data; boundary=other"),
        (b"", OURS),
        (b"--b", OURS),
        (b"--b\r\n", OURS),
        (one(b'Content-Disposition: form-data; name="a"')[:-9], OURS),
        (one(b"Content-Disposition: form-data"), OURS),
        (one(b"Content-Disposition: attachment; name=a"), OURS),
        (one(b"X-Name: a"), OURS),
        (one(b'Content-Disposition: form-data; name="' + b"a" * 9_000 + b'"'), OURS),
        (written([Part("a", None, b"")] * (MAX_PARTS + 1))[1], written([Part("a", None, b"")])[0]),
    ],
)
def test_what_is_no_form_is_refused(body, kind):
    with pytest.raises(InvalidRequest):
        read(body, kind)


def test_a_name_cannot_end_its_line():
    kind, body = written([Part('a"\r\nX: y', None, b"1")])
    [part] = read(body, kind)
    assert part == Part('a"X: y', None, b"1")


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("multipart/form-data; boundary=x", True),
        ("MULTIPART/FORM-DATA", True),
        ("application/json", False),
        ("", False),
    ],
)
def test_a_form_is_told_by_its_type(kind, told):
    assert is_form(kind) is told
