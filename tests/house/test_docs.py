"""What a newcomer copies out of the documents is taken."""

import re

from stowline.catalog.gtin import check_digit
from tests.services import ROOT


def test_every_sscc_in_the_documents_has_its_check_digit() -> None:
    told = [code for file in (ROOT / "docs").glob("*.md") for code in re.findall(r'"sscc": "(\d+)"', file.read_text())]
    assert told
    assert [code for code in told if len(code) != 18 or check_digit(code[:-1]) != int(code[-1])] == []
