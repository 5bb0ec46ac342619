"""Every column that can hold words, judged: what erasing a person leaves alone, and why. What it empties stands in `personal`."""

import sqlalchemy as sa


def texts(table: sa.Table) -> list[sa.Column[object]]:
    """The columns of a table that can hold words: texts, JSON and bytes, keys among them."""
    return [one for one in table.columns if isinstance(_as_kept(one), sa.String | sa.JSON | sa.LargeBinary)]


def _as_kept(column: sa.Column[object]) -> object:
    """The type as the database knows it: most texts are a decorated String."""
    return column.type.impl_instance if isinstance(column.type, sa.types.TypeDecorator) else column.type


STAFF = "who of the staff, which tablet or which program did it"
OURS = "codes, numbers, kinds and states of the house's own"
WORDS = "words of the house about goods, bins, suppliers, stores and its own machines"
SECRETS = "settings and secrets of a store or the house"
BOOKS = "kept, as the books need it: what was ordered, in which money, under which number, to which country"
PARCELS = "kept, to answer for a parcel: its number, which only its carrier can read"
STAFFS_OWN = "about staff, who are not erased here"
BRIEFLY = "kept a day, for the throttle of wrong passwords"
HASHED = "a digest, which cannot be read back"
BY_WORKERS = "kept: words of workers about goods and work, which belong to no shopper"

LEFT_ALONE: dict[str, dict[str, str]] = {
    STAFF: {
        "adjustment": "who asked_by device scan_id decided_by decided_key", "attachment": "who", "built_pallet": "who press", "calendar_entry": "made_by", "case_entry": "who", "case_policy": "changed_by", "carrier_feed": "made_by",
        "channel_setting": "changed_by", "count_entry": "decided_by", "count_request": "who ended_by", "count_sheet": "holder who scan_id",
        "dock_case": "owner opened_by solved_by scan_id", "dock_photo": "who", "goods_receipt": "who scan_id", "idempotency": "identity",
        "instruction": "settled_by", "ledger": "who device scan_id", "message_hook": "made_by", "message_setup": "changed_by live_by",
        "offer": "made_by", "proof_run": "asked_by", "purchase_order_revision": "who", "put_away_override": "who scan_id", "reallocation": "who",
        "reserve": "made_by", "return_policy": "changed_by", "return_text": "changed_by", "review": "answered_by settled_by", "rma": "asked_by decided_by", "rma_arrival": "who scan_id", "rma_inspection": "who scan_id", "rma_settlement": "who", "shopper_case": "owner solved_by", "shop_door": "made_by", "snippet": "changed_by", "supplier_report": "who", "store_banner": "made_by", "suppression": "lifted_by", "tag": "by",
        "task_step": "holder", "webhook": "made_by", "message": "scan_id", "arrival_unit": "scan_id", "scan": "scan_id",
    },
    OURS: {
        "adjust_reason": "code direction goes_to", "adjustment": "lot serial condition to_condition goes_to reason state", "arrival": "ref state",
        "arrival_content": "lot", "arrival_unit": "sscc kind", "attachment": "mime sha256", "balance": "lot serial condition", "barcode": "code kind shown",
        "breaker": "provider", "built_pallet": "sscc", "calendar_entry": "kind state whom", "calendar_person": "variant", "cart": "code", "case_entry": "key author", "consent": "kind state", "count_entry": "lot serial state", "count_plan": "work_days",
        "count_request": "lot serial kind", "count_sheet": "state begun seen hand", "dock_case": "kind state", "dock_photo": "mime sha256",
        "goods_receipt": "condition", "instruction": "kind key state ref", "intake_error": "key", "lead_time": "kind days",
        "ledger": "lot serial from_condition to_condition reason", "location": "code kind zone aisle mixing", "lot": "code", "mail_report": "channel kind scope code source",
        "manifest": "ref carrier", "message": "kind channel state", "message_alarm": "name standing", "message_day": "kind channel state", "offer": "key state choice because",
        "parcel": "code state", "parcel_line": "lot serial", "parcel_milestone": "key milestone source told", "parcel_track": "carrier milestone",
        "pick_line": "lot serial state", "pick_list": "task", "printed_code": "code kind label", "promise": "cause source arrival", "promise_due": "cause ref",
        "promise_outcome": "supplier", "promise_standing": "arrival arrivals supplier source", "proof_result": "name breaches", "proof_run": "state",
        "purchase_order": "ref supplier", "return_policy": "free_reasons outcomes photos_for approve lost exchange settle", "rma": "ref kind state key carrier", "rma_arrival": "lot serial hint", "rma_inspection": "lot serial grade disposition condition", "rma_line": "reason outcome", "rma_settlement": "outcome", "purchase_order_revision": "lines", "put_away_override": "lot", "receipt": "reaction", "review": "locale", "shopper_case": "kind state lines source verdict", "shelf_line": "lot serial state",
        "sscc_series": "prefix", "supplier_report": "press expected lines", "suppression": "channel scope source", "tag": "noun", "task_lease": "task",
        "task_step": "task", "tote": "code color", "velocity": "grade", "zone": "code mixing",
    },
    WORDS: {
        "adjust_reason": "label", "arrival": "supplier carrier", "attachment": "name content", "bounce_mailbox": "name trouble", "calendar_entry": "headline body headline_b body_b why", "dock_photo": "content",
        "lot": "held", "message_alarm": "say", "message_hook": "why", "product": "sku name detail", "product_photo": "sha256 small_sha256 alt content small", "product_price": "currency", "product_text": "locale say sold_as guide specs", "store_banner": "texts", "promise_due": "say", "proof_run": "why", "return_text": "locale places packing",
        "shop_door": "why", "snippet": "key locale title text", "supplier": "name email language", "supplier_report": "email", "webhook": "why", "webhook_try": "say",
        "zone": "name",
    },
    SECRETS: {
        "api_token": "name secret_hash scopes", "carrier_feed": "provider secret old_secret", "channel_setting": "channel url", "message_hook": "url secret old_secret",
        "message_policy": "kind said", "case_policy": "hours busy busy_words", "message_setup": "said done tests", "shop_door": "url secret old_secret", "webhook": "url secret",
        "store": "key name currency locale time_zone sender_email reply_to support_email support_phone support_hours address_line url accent serves ships self_service units_shown confirmation_look greeting sign_off "
                 "welcome_code welcome_say coupon_code coupon_say referral_say referral_url win_back_code win_back_say win_back_news webhook_secrets",
    },
    BOOKS: {
        "orders": "ref country currency locale time_zone platform shop_id ships state", "order_line": "name shop_line", "shop_refund": "platform shop_id shop_order amount lines", "order_kit": "name", "message": "order_ref",
        "instruction": "order_ref currency lines", "rma": "order_ref",
    },
    PARCELS: {"label": "carrier service tracking sscc", "parcel_track": "number", "rma": "tracking"},
    STAFFS_OWN: {"user": "name email password_hash badge pin_hash roles", "staff_session": "secret_hash csrf device"},
    BRIEFLY: {"sign_in_failure": "account address"},
    HASHED: {"contact": "key"},
    BY_WORKERS: {"adjustment": "note decided_why", "count_request": "why", "dock_case": "note outcome", "put_away_override": "why", "purchase_order_revision": "why", "rma_inspection": "note",
                 "suppression": "lifted_why"},
}  # fmt: skip
"""Reason -> table -> its columns."""
