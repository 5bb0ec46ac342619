"""Managers' pages: the controllers, one file for each noun, and the rail that leads to them."""

from collections.abc import Iterable
from dataclasses import replace

from stowline.backorders import consents
from stowline.cases import case_reads
from stowline.core import web
from stowline.core.web import RailEntry
from stowline.desk.handlers.account_data import AccountData
from stowline.desk.handlers.adjustments import AdjustmentPages, ReasonPages
from stowline.desk.handlers.adjustments_api import AdjustmentsApi
from stowline.desk.handlers.back_in_stock import BackInStockPages
from stowline.desk.handlers.banners import Banners
from stowline.desk.handlers.bins import Bins, BinsFile
from stowline.desk.handlers.building import Racks, Zones
from stowline.desk.handlers.built_pallets import BuiltPallets
from stowline.desk.handlers.carriers import Carriers
from stowline.desk.handlers.case_policy import CasePolicyPage
from stowline.desk.handlers.choices import Choices
from stowline.desk.handlers.communication import Communication
from stowline.desk.handlers.contacts import Contacts
from stowline.desk.handlers.counts import Counts, CountsApi
from stowline.desk.handlers.discrepancies import Discrepancies
from stowline.desk.handlers.dock_cases import DockCases
from stowline.desk.handlers.dock_paper import DockPaper
from stowline.desk.handlers.instructions import Instructions
from stowline.desk.handlers.instructions_api import InstructionsApi
from stowline.desk.handlers.intake import IntakeErrors
from stowline.desk.handlers.integrity import Integrity
from stowline.desk.handlers.kinds import Kinds
from stowline.desk.handlers.kits import Kits
from stowline.desk.handlers.ledger import LedgerFile
from stowline.desk.handlers.lots import Lots
from stowline.desk.handlers.message_metrics import MessageMetrics
from stowline.desk.handlers.message_runs import MessageRuns
from stowline.desk.handlers.message_runs_api import MessageRunsApi
from stowline.desk.handlers.message_setup import MessageSetupPages
from stowline.desk.handlers.message_setup_test import MessageSetupTests
from stowline.desk.handlers.messages import Mailbox
from stowline.desk.handlers.movements import Replenishment
from stowline.desk.handlers.notices import Notices
from stowline.desk.handlers.order import OrderPage
from stowline.desk.handlers.order_stock import OrderStock
from stowline.desk.handlers.orders import OrdersList
from stowline.desk.handlers.paper import Paper
from stowline.desk.handlers.parcel_photos import ParcelPhotos
from stowline.desk.handlers.people_api import PeopleApi
from stowline.desk.handlers.product_page import ProductPages as PagesOfProducts
from stowline.desk.handlers.products import ProductPages
from stowline.desk.handlers.promises import Promises
from stowline.desk.handlers.receiving import Receiving
from stowline.desk.handlers.rehearsal import RehearsalPages
from stowline.desk.handlers.return_figures import ReturnFigures, ReturnFiguresFile
from stowline.desk.handlers.return_policy import ReturnPolicies
from stowline.desk.handlers.returns import Returns, ReturnsFile
from stowline.desk.handlers.returns_api import ReturnsApi
from stowline.desk.handlers.reviews import ReviewPages
from stowline.desk.handlers.sequences import Sequences, SequencesApi
from stowline.desk.handlers.shelf import ShelfPage
from stowline.desk.handlers.shopper_cases import Cases
from stowline.desk.handlers.shopper_cases_api import CasesApi
from stowline.desk.handlers.stock import Stock
from stowline.desk.handlers.stock_api import StockApi
from stowline.desk.handlers.store_channels import StoreChannels
from stowline.desk.handlers.store_messages import StoreMessages
from stowline.desk.handlers.store_messages_api import StoreMessagesApi
from stowline.desk.handlers.stores import StorePages
from stowline.desk.handlers.stuck import Stuck
from stowline.desk.handlers.substitutes import Substitutes
from stowline.desk.handlers.suppliers import Suppliers
from stowline.desk.handlers.supply import Supply
from stowline.desk.handlers.support import Customers, Support
from stowline.desk.handlers.suppressions import Suppressions
from stowline.desk.handlers.today import Today
from stowline.desk.handlers.warehouse_map import WarehouseMap
from stowline.desk.handlers.webhooks import Webhooks
from stowline.desk.handlers.what_if import WhatIf
from stowline.desk.handlers.wishes import Wishes
from stowline.desk.queries import counts, proof, returns
from stowline.orders import instruction_queries
from stowline.shipping import tracking_queries

CONTROLLERS: list[type] = [
    Today, OrdersList, OrderPage, OrderStock, StorePages, StoreChannels, StoreMessages, StoreMessagesApi, MessageSetupPages, MessageSetupTests, Substitutes, Stock, Bins, BinsFile, Zones, Racks, WarehouseMap, Replenishment, Kits, StockApi,
    Lots, Supply, Webhooks, ProductPages, PagesOfProducts, Banners, AccountData, Receiving, Notices, Mailbox, MessageMetrics, MessageRuns, MessageRunsApi, RehearsalPages, Communication, Sequences, SequencesApi, Stuck, Kinds, Suppressions, IntakeErrors, Integrity, Paper, ParcelPhotos, AdjustmentPages,
    DockCases, DockPaper, Suppliers, Discrepancies, BuiltPallets,
    ReasonPages, AdjustmentsApi, Counts, CountsApi, LedgerFile,
    Cases, CasesApi, CasePolicyPage, ReviewPages,
    Carriers, Instructions, InstructionsApi, Choices, BackInStockPages, Support, Contacts, Customers, PeopleApi, Wishes, ShelfPage,
    Promises, WhatIf, Returns, ReturnsFile, ReturnFigures, ReturnFiguresFile, ReturnPolicies, ReturnsApi,
]  # fmt: skip


def fill_rail() -> None:
    """The sections of the rail, with what is counted beside them."""
    web.fill_rail([
        RailEntry("Today", "/today", "orders.read"),
        *_group("Orders", [
            RailEntry("Orders", "/orders", "orders.read", _open_orders),
            RailEntry("Waiting list", "/waiting", "orders.read", _waiting, also=("/promises",)),
            RailEntry("Backorder shelf", "/backorders/shelf", "stock.read"),
            RailEntry("Choices", "/choices", "orders.read", _lapsed, alarm=True),
            RailEntry("Returns", "/returns", "orders.read", _returns, alarm=True, also=("/return-policies", "/return-figures")),
            RailEntry("Instructions", "/instructions", "orders.read", _instructions, alarm=True),
            RailEntry("Carriers", "/carriers", "orders.read", _carriers, alarm=True),
            RailEntry("Intake errors", "/intake-errors", "intake.read", _intake, alarm=True),
        ]),
        *_group("Shoppers", [
            RailEntry("Support", "/support", "orders.read", also=("/snippets",)),
            RailEntry("Cases", "/cases", "orders.read", _cases, also=("/reviews",)),
            RailEntry("Customers", "/customers", "orders.read"),
            RailEntry("Messages", "/messages", "messages.read", _messages, alarm=True),
            RailEntry("Back in stock", "/back-in-stock", "orders.read", also=("/shop-pages",)),
        ]),
        *_group("Goods", [
            RailEntry("Receiving", "/receiving", "receiving.read", also=("/notices", "/suppliers", "/dock-cases", "/discrepancies")),
            RailEntry("Stock", "/stock", "stock.read", also=("/lots", "/expiring", "/arrivals", "/low-stock", "/webhooks")),
            RailEntry("Products", "/products", "products.read", also=("/product-pages",)),
            RailEntry("Replenishment", "/replenishment", "stock.read"),
            RailEntry("Adjustments", "/adjustments", "stock.read", _to_approve),
            RailEntry("Counts", "/counts", "stock.read", _to_count),
        ]),
        *_group("House", [
            RailEntry("Bins", "/bins", "stock.read", also=("/zones", "/racks")),
            RailEntry("Map", "/map", "stock.read"),
            RailEntry("Stores", "/stores", "orders.read"),
            RailEntry("Staff", "/staff", "people.manage"),
            RailEntry("Integrity", "/integrity", "checks.read", _broken, alarm=True),
            RailEntry("Floor", "/floor", "floor.scan"),
        ]),
    ])  # fmt: skip


def _group(name: str, entries: Iterable[RailEntry]) -> list[RailEntry]:
    return [replace(entry, group=name) for entry in entries]


def _text(n: int) -> str | None:
    return counts.shown(n) if n else None


def _open_orders() -> str | None:
    counted = counts.states()
    return _text(sum(counted[state] for state in counts.OPEN))


def _waiting() -> str | None:
    return _text(counts.kept("waiting", counts.waiting_lines))


def _lapsed() -> str | None:
    return _text(counts.kept("lapsed", consents.lapsed_count))


def _returns() -> str | None:
    return _text(counts.kept("returns", returns.waits))


def _instructions() -> str | None:
    return _text(counts.kept("instructions", instruction_queries.count_for_a_person))


def _carriers() -> str | None:
    return _text(counts.kept("carriers", tracking_queries.held_count))


def _cases() -> str | None:
    return _text(counts.kept("cases", case_reads.open_count))


def _to_approve() -> str | None:
    return _text(counts.kept("to approve", counts.to_approve))


def _to_count() -> str | None:
    return _text(counts.kept("to count", counts.bins_to_count))


def _broken() -> str | None:
    n = len(counts.kept("broken", proof.broken))
    return f"{n} broken" if n else None


def _intake() -> str | None:
    return _text(counts.kept("intake", counts.intake_errors))


def _messages() -> str | None:
    """Only what a person must look at: "1 dead", "2 not certain"."""
    counted = counts.kept("messages", counts.messages)
    said = [f"{counted[state]:,} {word}" for state, word in (("dead", "dead"), ("unknown", "not certain")) if counted[state]]
    return ", ".join(said) or None
