"""The house carrier: our own van, or a pile at the counter. Its numbers come from the parcel's id."""

from stowline.core.barcode import check_digit, sscc

KEY = "house"
NAME = "House carrier"
SERVICE = "Standard"
FAST = "Express"
# GS1 reserves prefixes 200 to 299 for use inside a company: never anybody's licensed number.
COMPANY_PREFIX = "2000001"


def tracking(parcel_id: int) -> str:
    """The tracking number of a parcel: HC, ten digits, and their GS1 check digit."""
    digits = f"{parcel_id:010d}"
    return f"HC{digits}{check_digit(digits)}"


def serial_code(parcel_id: int) -> str:
    """The SSCC (18 digits) of a parcel."""
    return sscc(COMPANY_PREFIX, parcel_id)
