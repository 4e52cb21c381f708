"""What a WebSocket client makes of its frames."""

from demonstration.follower import Follower, Reading


def frame(number: int, document: str = "a") -> dict[str, str]:
    return {"document": document, "event_id": f"event {number}", "order_key": f"label/{number:040d}"}


def test_a_frame_that_is_not_newer_is_dropped_and_counted() -> None:
    """A repeat and a late frame are told apart, and neither is newer."""
    client = Follower("client")
    assert client.reads(frame(2), 10) is Reading.NEWER
    client.hold(frame(2), {"body": "two"})
    assert client.reads(frame(2), 20) is Reading.REPEATED
    assert client.reads(frame(1), 30) is Reading.LATE
    assert client.reads(frame(1), 40) is Reading.REPEATED
    assert client.reads(frame(1, "b"), 50) is Reading.NEWER
    assert client.received_at_ms() == {"event 2": 10, "event 1": 30}
    assert client.held()["a"].image == {"body": "two"}


def test_order_keys_compare_as_text_of_fixed_width() -> None:
    """The tenth change is after the ninth, and a new stream's first after the old one's last."""
    client = Follower("client")
    for key in ("2026-01/" + "9".zfill(40), "2026-01/" + "10".zfill(40), "2026-02/" + "1".zfill(40)):
        taken = {"document": "a", "event_id": key, "order_key": key}
        assert client.reads(taken, 0) is Reading.NEWER
        client.hold(taken, None)
    assert len(client.accepted()["a"]) == 3
