from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.look.served import Gallery, gallery_of
from tests.look.site import Site


@pytest.fixture
def site(page: Page) -> Iterator[Site]:
    made = Site(page)
    yield made
    assert not made.complaints


@pytest.fixture(scope="module")
def _samples(browser: Browser) -> Iterator[Gallery]:
    with gallery_of(browser) as made:
        yield made


@pytest.fixture
def gallery(_samples: Gallery) -> Iterator[Gallery]:
    """The sample pages to look at; what the page complains about fails the test."""
    yield _samples
    complaints, _samples.complaints = _samples.complaints, []
    assert not complaints
