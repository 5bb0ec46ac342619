"""Every room's tables in one place, for migrations."""

from sqlalchemy import MetaData
from sqlmodel import SQLModel


def metadata() -> MetaData:
    """All tables of the product."""
    _of_goods()
    _of_shoppers()
    return SQLModel.metadata


def _of_goods() -> None:
    """From the core to the parcel and back."""
    import stowline.allocation.models
    import stowline.backorders.consent_models
    import stowline.backorders.models
    import stowline.backorders.offer_models
    import stowline.backorders.promise_models
    import stowline.backorders.sign_up_models
    import stowline.catalog.models
    import stowline.catalog.page_models
    import stowline.core.idempotency
    import stowline.core.outbox
    import stowline.core.timers
    import stowline.inventory.adjustment_models
    import stowline.inventory.models
    import stowline.inventory.sheets
    import stowline.orders.address_models
    import stowline.orders.instruction_models
    import stowline.orders.models
    import stowline.orders.refund_models
    import stowline.packing.models
    import stowline.people.models
    import stowline.picking.models
    import stowline.receiving.case_models
    import stowline.receiving.models
    import stowline.receiving.notice_models
    import stowline.receiving.pallet_models
    import stowline.receiving.report_models
    import stowline.returns.models
    import stowline.scanning.models
    import stowline.shipping.models
    import stowline.shipping.tracking_models
    import stowline.stores.banner_models
    import stowline.stores.models  # noqa: F401


def _of_shoppers() -> None:
    """What they are told, and what managers look at."""
    import stowline.cases.case_models
    import stowline.cases.contact_models
    import stowline.cases.models
    import stowline.cases.review_models
    import stowline.desk.models
    import stowline.desk.webhooks.models
    import stowline.notifications.calendar_models
    import stowline.notifications.channel_models
    import stowline.notifications.metric_models
    import stowline.notifications.models
    import stowline.notifications.policy_models
    import stowline.notifications.preference_models
    import stowline.notifications.run_models
    import stowline.notifications.sequence_models
    import stowline.notifications.setup_models
    import stowline.notifications.sign_in_models
    import stowline.notifications.suppression_models
    import stowline.portal.account_models  # noqa: F401
