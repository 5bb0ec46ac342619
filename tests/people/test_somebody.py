"""Who counts as the same person where two are needed."""

import pytest

from stowline.people.somebody import Somebody

RUTH = Somebody("u3", "Ruth Adeyemi")


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (Somebody("u3", "Ruth A."), True),  # another device, another badge: the account tells
        (Somebody("u9", "ruth  ADEYEMI"), True),  # a second account
        (Somebody("t5:Ruth Adeyemi", "Ruth Adeyemi"), True),  # through a program
        (Somebody("u4", "Otto Wels"), False), (Somebody("t3", "Till"), False), (Somebody("u33", ""), False),
    ],
)
def test_a_person_is_the_same_on_every_device_and_under_every_account(other: Somebody, *, same: bool) -> None:
    assert RUTH.is_same(other) is same
    assert other.is_same(RUTH) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("t5:maja", "t5:tom", False), ("t5:maja", "t5:maja", True), ("t5:maja", "t6:maja", True),
        ("t5:@tablet-1", "t5:@tablet-2", True), ("t5:@", "t5:maja", True), ("t5:maja", "t5", True), ("t5", "t55:maja", False),
    ],
)
def test_a_program_that_names_nobody_is_one_person_with_all_its_devices(one: str, other: str, *, same: bool) -> None:
    first, second = (Somebody(key, key.partition(":")[2]) for key in (one, other))
    assert first.is_same(second) is same
    assert second.is_same(first) is same
