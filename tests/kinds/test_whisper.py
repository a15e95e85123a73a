from gateway.domain import ProviderKind
from gateway.kinds import profile


def test_a_speech_server_is_asked_to_hear_and_runs_at_home():
    known = profile(ProviderKind.WHISPER)
    assert known.also == {"transcriptions", "translations"}
    assert known.local
    assert known.openai_base("http://localhost:8000/v1/") == "http://localhost:8000/v1"
