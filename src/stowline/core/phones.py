"""Telephone numbers, as the world writes them (E.164)."""

import phonenumbers

from stowline.core.fields import Bad, text

LONGEST = 40
SAY = "This is no telephone number. Write it with its country: +49 1512 3456789."


def e164(value: object, where: str = "", *, country: str = "") -> str:
    """A telephone number as "+4915123456789", "" where there is none. One without a country code is read as `country`
    (ISO 3166, two letters) dials it. Raises Bad.
    """
    said = text(value, where, what="The telephone number", longest=LONGEST)
    if not said:
        return ""
    try:
        number = phonenumbers.parse(said, country.upper() or None)
    except phonenumbers.NumberParseException:
        raise Bad(SAY, where) from None
    if not phonenumbers.is_valid_number(number):
        raise Bad(SAY, where)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
