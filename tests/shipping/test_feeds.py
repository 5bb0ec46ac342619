"""What providers post: the known answers of their signatures, and every tracker that EasyPost publishes."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from stowline.core import signing
from stowline.core.access import Unauthorized
from stowline.core.fields import Bad
from stowline.shipping.feeds import easypost, signed
from stowline.shipping.feeds.shape import Signed
from stowline.shipping.tracking_rules import WORDS

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)


def answers(shared: Path, provider: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = json.loads((shared / "data/tracking/webhook_signature_known_answers.json").read_text())
    return next(one for one in found if one["provider"].startswith(provider))


def test_the_signed_form_knows_the_published_answer_of_standard_webhooks(shared: Path) -> None:
    known = answers(shared, "Standard Webhooks")
    raw = known["body"].encode()
    headers = {"webhook-id": known["id"], "webhook-timestamp": known["timestamp"], "webhook-signature": f"v1a,x {known['expected']}"}
    then = datetime.fromtimestamp(int(known["timestamp"]), UTC)
    assert signed.check([known["secret"]], headers, raw, then) == Signed(known["id"], then)
    assert signing.is_secret(known["secret"])
    for wrong in ({"webhook-id": "msg_other"}, {"webhook-timestamp": "1614265331"}, {"webhook-signature": known["expected"][3:]}):
        with pytest.raises(Unauthorized):
            signed.check([known["secret"]], headers | wrong, raw, then)
    with pytest.raises(Unauthorized, match="5 minutes"):
        signed.check([known["secret"]], headers, raw, NOW)
    with pytest.raises(Unauthorized):
        signed.check([], headers, raw, then)


def test_every_tracker_that_easypost_publishes_can_be_read(shared: Path) -> None:
    lines = (shared / "data/tracking/easypost/tracker_and_webhook_api_responses.jsonl").read_text().splitlines()
    bodies = [json.loads(line)["body"] for line in lines]
    trackers = [one for body in bodies if isinstance(body, dict) for one in body.get("trackers", [body]) if one.get("object") == "Tracker"]
    assert len(trackers) > 10
    for tracker in trackers:
        raw = json.dumps({"id": "evt_1", "description": "tracker.updated", "result": tracker}).encode()
        update = easypost.read(raw)
        assert update is not None
        assert (update.number, update.unread) == (tracker["tracking_code"], ())
        assert len(update.details) == max(len(tracker["tracking_details"]), 1)
        assert {one.milestone for one in update.details} <= {"", *WORDS}


@pytest.mark.parametrize(("status", "closer", "milestone"), [
    ("pre_transit", "label_created", "packed"), ("in_transit", "arrived_at_facility", "in_transit"), ("in_transit", "weather_delay", "delayed"),
    ("out_for_delivery", "out_for_delivery", "out_for_delivery"), ("in_transit", "delivery_exception", "attempt_failed"),
    ("failure", "refused", "attempt_failed"), ("return_to_sender", "return", "returning"), ("delivered", "delayed", "delivered"),
    ("failure", "lost", "lost"), ("in_transit", "lost", "lost"), ("delivered", "lost", "delivered"),
    ("available_for_pickup", "arrived_at_pickup_location", "in_transit"), ("unknown", "unknown", ""), ("new word", None, ""), (None, [], ""),
])  # fmt: skip
def test_easypost_s_status_becomes_a_milestone(status: object, closer: object, milestone: str) -> None:
    detail = {"status": status, "status_detail": closer, "datetime": "2026-11-27T08:00:00Z", "message": "Said", "tracking_location": {"zip": "0881"}}
    update = easypost.read(json.dumps({"description": "tracker.updated", "result": {"tracking_code": "1", "tracking_details": [detail]}}).encode())
    assert update is not None
    assert [(one.milestone, one.place, one.say) for one in update.details] == [(milestone, "0881", "Said")]


@pytest.mark.parametrize(("said", "day"), [
    ({"est_delivery_date": "2026-12-01T23:00:00Z", "carrier_detail": {"est_delivery_date_local": "2026-12-02"}}, date(2026, 12, 2)),
    ({"est_delivery_date": "2026-12-01T23:00:00Z", "carrier_detail": None}, date(2026, 12, 1)),
    ({"est_delivery_date": "soon", "carrier_detail": {"est_delivery_date_local": 7}}, None), ({}, None),
])  # fmt: skip
def test_the_expected_day_is_the_receiver_s_where_the_carrier_says_it(said: dict[str, Any], day: date | None) -> None:
    update = easypost.read(json.dumps({"description": "tracker.created", "result": {"tracking_code": "1"} | said}).encode())
    assert update is not None
    assert update.eta == day


@pytest.mark.parametrize("result", [None, [], {"tracking_code": ""}, {"tracking_code": ["1"]}, {"tracking_code": "1", "tracking_details": {"a": 1}},
                                    {"tracking_code": "1", "tracking_details": [{}] * 501}])  # fmt: skip
def test_an_event_without_a_tracker_is_a_clear_no(result: object) -> None:
    with pytest.raises(Bad, match=r"\.$"):
        easypost.read(json.dumps({"description": "tracker.updated", "result": result}).encode())
