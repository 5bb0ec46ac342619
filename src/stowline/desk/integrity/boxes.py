"""What Stowline promises about its books, line by line, and how each line is proved.

Four ways, told apart on the page: a query over the live data (a tick stands for its last answer), a guard of the
database that refuses the wrong row (a tick stands for "it is there and switched on"), a test that tries to break the
promise before each release (no tick: it says nothing about this database), and what is not built yet.
"""

from dataclasses import dataclass

GUARD = "the guards stand"


@dataclass(frozen=True, slots=True)
class Box:
    """One promise. `live` are names of invariants; `guard` says what the database refuses; `tests` are (what is shown,
    file::test); `open` says which part nothing proves yet, and why.
    """

    say: str
    live: tuple[str, ...] = ()
    guard: str = ""
    tests: tuple[tuple[str, str], ...] = ()
    open: str = ""


_STORIES = "tests/stories/"
_MACHINE = ("After any sequence of work that the test machine thinks of, all live queries hold.",
            _STORIES + "test_state_machine.py::test_no_shift_breaks_an_invariant")  # fmt: skip

BOXES = (
    Box(
        "A balance is the sum of the ledger, per product, bin, lot, serial and condition; rebuilding all balances from zero changes nothing.",
        ("balance is the sum of the ledger", "on hand is the sum of the bins", "bound is the sum of the work"),
        tests=(("The rebuild from zero finds nothing in good books, and in bad ones just what was changed behind their back.",
                "tests/desk/test_rebuild.py::test_a_rebuild_of_true_books_changes_nothing"),),
    ),
    Box(
        "The ledger only grows; corrections are counter-moves; each move has at least one unit and two different ends.",
        ("the ledger has whole moves", "every move names who", "one move for an accepted scan"),
        guard="Triggers refuse to change or delete a line of the ledger; CHECKs refuse a move of nothing or to where it was.",
        tests=(("Every statement that changes or deletes a line is refused, on either database.",
                _STORIES + "test_the_ledger_only_grows.py::test_no_statement_changes_or_deletes_a_line"),),
    ),
    Box(
        "What a purchase order says came is the sum of its receipts, and each receipt is in the ledger.",
        ("a purchase order is the sum of its receipts", "a receipt is in the ledger"),
        guard="CHECKs refuse more received units than were ordered: what is more stands by itself, as over.",
        tests=(("Several people scan one line at the same moment: every unit is counted once, and what is more is refused by name.",
                _STORIES + "test_races.py::test_a_crew_at_one_line_counts_every_unit_once"),),
    ),
    Box(
        "On hand is never below zero in any bin, refused by the database itself; a serial is in at most one place.",
        ("nothing is below zero", "a serial is in one place", "told apart where the product says so", "a held lot is not for sale"),
        guard="CHECKs refuse a balance or level below zero; a unique key refuses a serial in a second place.",
        tests=(("A serial that left, whichever way, comes in again by any door, and only once.",
                _STORIES + "test_serials_come_back.py::test_a_serial_that_left_comes_in_again_by_any_door"),),
    ),
    Box(
        "Never more is promised of a product than is on hand, and an order's own promise is there for it.",
        ("promised is the sum of the orders",),
        guard="A CHECK refuses a promise beyond what is on hand.",
    ),
    Box(
        "Ordered ≥ allocated ≥ picked ≥ packed ≥ handed over ≥ returned, for each order line.",
        ("stages go down the line", "an order is the sum of its lines", "an order's parcels are counted", "a state is derived"),
        guard="CHECKs on the order line refuse a later stage with more units than the one before.",
    ),
    Box(
        "A kit is sold as one and picked as its parts: each part has the units that its kits need, and no kit has stock of its own.",
        ("a kit is sold whole", "a kit lies nowhere"),
        tests=(("A kit goes from the order to the carrier as its parts, and every page tells of it as one.",
                _STORIES + "test_kits.py::test_a_kit_is_sold_as_one_and_picked_packed_and_handed_over_as_its_parts"),),
    ),
    Box(
        "No line that may be served waits while unpromised good stock of its product is in the house, but for units kept for another store.",
        ("nobody waits beside free stock",),
        tests=(_MACHINE,),
    ),
    Box(
        "A shopper's choice is carried out once: what is held for it is nobody else's, and the shop hears of its money only when it was made.",
        ("a hold is for an open offer", "one open offer for an order", "no money without a choice"),
        guard="A unique key refuses a second instruction for the same choice.",
        tests=(("Clicks at the same moment, against a cancellation, the warehouse's release and the offer's end, leave one outcome.",
                _STORIES + "test_options.py::test_rivals_of_a_click_leave_one_outcome"),),
    ),
    Box(
        "Many buyers, one unit: exactly one gets it; giving it back restores what was before.",
        ("promised is the sum of the orders",),
        guard="A CHECK refuses the second promise of the same unit.",
        tests=(
            ("Twelve orders fight for five units over real connections; five units are promised.",
             _STORIES + "test_races.py::test_twelve_orders_for_five_units_promise_five_units"),
            ("Every step taken back restores the books to the last column.",
             _STORIES + "test_undo.py::test_every_step_of_an_order_s_way_can_be_taken_back"),
        ),
    ),
    Box(
        "A unit that the shop refunded is picked and sent, or cancelled, never both; a refund is worked once.",
        ("what is refunded does not leave",),
        guard="A unique key refuses a second refund under the same number of a shop; a CHECK refuses to hand over what is to be put back.",
        tests=(("Refunds race with a picker's scans over real connections: each unit is picked or cancelled.",
                _STORIES + "test_refunds_race.py::test_a_unit_is_picked_or_refunded_never_both"),),
    ),
    Box(
        "The same scan, sent any number of times from any number of devices: one effect, the same answer.",
        ("one answer for a scan", "one move for an accepted scan"),
        guard="A unique key refuses a second scan under the same id.",
        tests=(("Eight devices send one scan at the same moment; it has one effect and one answer.",
                _STORIES + "test_races.py::test_the_same_scan_from_eight_devices_has_one_effect"),),
    ),
    Box(
        "Two pickers never hold the same line.",
        ("a line is picked once", "one list for a task"),
        guard="A task has one holder by its key, and one open pick list by a unique key.",
        tests=(("Eight robots on one cart never pick a unit twice.",
                _STORIES + "test_races.py::test_eight_robots_on_one_cart_never_pick_a_unit_twice"),),
    ),
    Box(
        "A tote of a cart holds one order; a scan of the wrong bin changes nothing.",
        ("a tote holds one order",),
        guard="A unique key refuses a second tote for an order.",
        tests=(("The wrong bin and the wrong tote are refused and nothing changes.",
                _STORIES + "test_the_scan_protocol.py::test_the_wrong_bin_and_the_wrong_tote_change_nothing"),),
    ),
    Box(
        "A slot of the backorder shelf holds one order, and what lies there is promised to that order.",
        ("a slot holds one order", "what is on the shelf belongs to its order"),
        guard="A unique key refuses a second slot for an order.",
        tests=(("Wrong slots are refused, and every step to the shelf can be taken back.",
                _STORIES + "test_the_backorder_shelf.py::test_every_step_to_the_shelf_can_be_taken_back"),),
    ),
    Box(
        "A short pick frees the promise, asks for a count of that bin, and is served from elsewhere where there is stock.",
        ("a short bin is to be counted", "nobody waits beside free stock"),
        tests=(("A short pick takes the rest from another bin and asks for a count.",
                _STORIES + "test_the_scan_protocol.py::test_a_short_pick_takes_the_rest_from_another_bin_and_asks_for_a_count"),),
    ),
    Box(
        "A count during picking posts the difference, not an absolute number.",
        ("counts post their difference", "a second count is somebody else's"),
        tests=(
            ("A count of the right number changes no book, however much is picked while it goes on.",
             _STORIES + "test_counts.py::test_who_counts_what_is_there_changes_no_book_however_much_is_picked_meanwhile"),
            ("A pick after the scan and before the end: the difference is posted on what is left.",
             _STORIES + "test_counts.py::test_a_difference_is_posted_on_whatever_the_balance_is_by_then"),
            ("The books are corrected between the scan and the end: the same units are not missing twice.",
             _STORIES + "test_counts_and_corrections.py::test_what_is_corrected_between_scan_and_end_is_not_posted_again"),
            ("A person on another device, or under another account, does not count again.",
             _STORIES + "test_two_people.py::test_a_person_on_another_device_does_not_count_again"),
        ),
    ),
    Box(
        "What becomes of a return adds up to what arrived; only what is restocked can be sold; a refund moves no stock and is never more than was paid.",
        ("a return is the sum of what came", "what is returned came back by a return", "no more is asked back than left",
         "only what is restocked is sold again", "nobody is paid back more than they paid", "stages go down the line"),
        guard="CHECKs refuse more returned units than were handed over, and more paid back for units than was paid for them.",
        tests=(("Two clerks, or two browsers, at one unit at the same moment: it comes back once.",
                _STORIES + "test_returns_on_the_floor.py::test_two_clerks_return_one_unit_once"),),
    ),
    Box(
        "At most one live label for a parcel; a carrier is asked once; a reprint buys nothing.",
        ("one live label for a parcel", "a parcel is handed over once", "parcels hold what was packed"),
        guard="A unique key refuses a second live label for a parcel.",
        tests=(("A label asked for eight times at once is one label.",
                _STORIES + "test_races.py::test_a_label_asked_for_eight_times_at_once_is_one_label"),),
    ),
    Box(
        "A change, its ledger line and its event are written together or not at all; every event gets all its receipts.",
        ("every change has its event", "every event has its receipts", "one move for an accepted scan"),
        guard="A receipt for a reaction stands once by its key.",
        tests=(("Killed at any moment and started again, it lost nothing and did nothing twice.",
                "tests/proof/test_kills.py::test_killed_at_any_moment_it_loses_nothing_and_does_nothing_twice"),),
    ),
    Box(
        "One message for each business fact, recipient, kind and channel.",
        ("one message for a fact",),
        guard="A unique key refuses the same message twice.",
    ),
    Box(
        "An order that a shop sends again is one order; one that cannot be read is kept with its payload and can be retried.",
        ("one order for a ref", "an order that was not taken can be retried"),
        guard="A unique key refuses a second order under the same ref of a shop.",
        tests=(("The same order fifty times from eight connections is one order.",
                _STORIES + "test_races.py::test_the_same_order_fifty_times_from_eight_connections_is_one_order"),),
    ),
    Box(
        "Every promise to somebody who waits is kept with its cause; what stands is the last of them.",
        ("what stands is the last promise",),
        guard="A unique key refuses a second promise under the same number of a line.",
        tests=(("A delay beyond what was told is told once, and a shift within it is not.",
                _STORIES + "test_promises.py::test_a_delay_beyond_what_was_told_is_told_once_and_a_shift_within_is_not"),),
    ),
)  # fmt: skip
