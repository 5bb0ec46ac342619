"""Pure decisions of the catalogue. GTINs stand in `gtin.py`, which other rooms may enter too."""

from stowline.catalog.gtin import canonical, check_digit, gtin14, has_right_check_digit, make_gtin13

__all__ = ["canonical", "check_digit", "gtin14", "has_right_check_digit", "make_gtin13"]
