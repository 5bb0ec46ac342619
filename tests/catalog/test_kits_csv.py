"""Kits as a file states them: whole or not at all."""

from stowline.catalog import kits_csv

HEAD = b"kit,part,units\n"


def test_the_rows_of_a_kit_may_stand_anywhere() -> None:
    batch = kits_csv.read(HEAD + b"GIFT,MUG,2\nSET,PEN,1\nGIFT,BOX,1\n")
    assert [(kit.sku, kit.parts, kit.rows) for kit in batch.things] == [
        ("GIFT", [("MUG", 2), ("BOX", 1)], [2, 4]), ("SET", [("PEN", 1)], [3])]  # fmt: skip
    assert (batch.rows, batch.refusals) == (3, ())


def test_a_kit_with_one_bad_row_is_refused_whole_and_the_others_stand() -> None:
    batch = kits_csv.read(HEAD + b"GIFT,MUG,2\nGIFT,BOX,1.5\nGIFT,PEN,1\nSET,PEN,1\n,PEN,1\n")
    assert [kit.sku for kit in batch.things] == ["SET"]
    assert [refusal.number for refusal in batch.refusals] == [2, 3, 4, 6]
    torn = "Another row of kit “GIFT” cannot be taken, and a kit is taken whole or not at all."
    assert [refusal.say == torn for refusal in batch.refusals] == [True, False, True, False]
    assert "whole unit" in batch.refusals[1].say
    assert batch.refusals[3].say == "The kit is missing."


def test_columns_may_have_other_names() -> None:
    batch = kits_csv.read(b"Bundle;Item;Qty\nGIFT;MUG;2\n", {"kit": "Bundle", "part": "Item", "units": "Qty"})
    assert batch.things[0].parts == [("MUG", 2)]
