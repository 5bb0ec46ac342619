from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.look.site import Site


@pytest.fixture
def site(page: Page) -> Iterator[Site]:
    made = Site(page)
    yield made
    assert not made.complaints
