"""My account leads to what became of everything: each return, each message, what is sent; and a return says where it is handed in."""

from tests.desk.conftest import House
from tests.portal.lived import Words, got, link, return_of, sends_back
from tests.portal.test_messages_in_the_portal import keep
from tests.portal.test_my_account import HOME, INES, signed_in

MAIL = {"customer": {"name": "Ines Moreau", "email": INES}}


def test_returns_messages_and_preferences_are_a_press_away_and_nobody_elses(house: House) -> None:
    got(house, "1042", {"MUG": 2}, **MAIL)
    got(house, "1043", {"CUP": 2}, customer={"name": "Mal", "email": "mal@example.test"})
    code, theirs = sends_back(house, "1042", "MUG", Words()), sends_back(house, "1043", "CUP", Words())
    house.deliver()
    keep("1042", "A word for you", hours=1)
    keep("1043", "A word for Mal", hours=1)
    ines = signed_in(house)
    hub = ines.get(HOME)
    assert (code in hub.text, theirs in hub.text, "A word for you" in hub.text, "A word for Mal" in hub.text) == (True, False, True, False)
    [there] = [href for href, said in hub.links.items() if code in said]
    assert there == f"{link('1042')}/return/{code}"
    page = ines.get(there)
    assert (page.status, code in page.text, Words().note in page.text) == (200, True, True)
    [news] = [href for href, said in hub.links.items() if "A word for you" in said]
    assert (news, "A word for you" in ines.get(news).text) == (f"{link('1042')}#news", True)
    details = ines.get(f"{HOME}/details")
    [way] = [href for href in details.links if "/preferences/" in href]
    assert ines.get(way).status == 200


def test_a_return_that_is_on_its_way_says_where_it_is_handed_in(house: House) -> None:
    got(house, "1042", {"MUG": 2}, **MAIL)
    code, ruth = sends_back(house, "1042", "MUG", Words()), house.ruth()
    page, browser = f"{link('1042')}/return/{return_of('1042')}", house.somebody()
    assert "Where to hand it in" not in browser.get(page).text
    ruth.send(ruth.get("/return-policies/demo"), "/texts/en", places="Post office, Rue Crébillon\nKiosk <b>Graslin</b>", packing="Use the old box.")
    ruth.send(ruth.get("/return-policies/demo"), "/texts/zh-Hant", places="郵局", packing="")
    shown = browser.get(page).text
    assert [one for one in (code, "Post office, Rue Crébillon", "Kiosk <b>Graslin</b>", "Use the old box.") if one not in shown] == []
    chinese = browser.get(f"{page}?lang=zh-Hant").text
    assert ("郵局" in chinese, "Rue Crébillon" in chinese) == (True, False)
    for scan in (code, "MUG"):
        assert house.robot().scan(f"return:{code}", scan).status == 200
    assert "Rue Crébillon" not in browser.get(page).text, "it is here already"
