"""What the demo's stores sell: names put together from forms, materials and colours, with codes, weights and prices."""

from dataclasses import dataclass
from random import Random

from stowline.catalog.gtin import check_digit, make_gtin13

# GS1 keeps prefixes 200 to 299 for use inside a company: no code of the demo is anybody's licensed number.
PREFIX = "2010000"
CASE_UNITS = 12
CASES_EACH = 4  # every fourth product also comes in cases

_MATERIALS = {
    "ceramic": ("stoneware", "porcelain", "earthenware"),
    "textile": ("linen", "cotton", "wool"),
    "wood": ("oak", "beech", "acacia"),
    "metal": ("steel", "aluminium", "enamelled steel"),
    "gear": ("canvas", "ripstop", "recycled polyester"),
    "basket": ("willow", "seagrass", "jute"),
}
_COLOURS = {
    "ceramic": ("chalk", "moss", "indigo", "rust", "charcoal"),
    "textile": ("sand", "sage", "plum", "ink", "mustard"),
    "wood": ("natural", "smoked", "whitewashed"),
    "metal": ("plain", "black", "forest green", "cream"),
    "gear": ("olive", "slate", "orange", "navy"),
    "basket": ("natural", "dark brown", "white rim"),
}


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of thing. Weight in g, dimensions in mm, price in ten-thousandths of a major unit."""

    name: str
    short: str
    kind: str
    detail: str
    weight_g: int
    dims_mm: tuple[int, int, int]
    price: int


@dataclass(frozen=True, slots=True)
class Good:
    """A product of the demo. `case` is the barcode of twelve, or empty."""

    sku: str
    name: str
    detail: str
    barcode: str
    case: str
    weight_g: int
    dims_mm: tuple[int, int, int]
    price: int


@dataclass(frozen=True, slots=True)
class Kit:
    """A kit of the demo: sold as one, picked as its parts (good, units). Weight in g, dimensions in mm."""

    sku: str
    name: str
    barcode: str
    weight_g: int
    dims_mm: tuple[int, int, int]
    price: int
    parts: tuple[tuple[Good, int], ...]


HOME = (
    Form("Mug", "MUG", "ceramic", "0.3 l", 350, (120, 90, 95), 140_000),
    Form("Espresso cup", "ESP", "ceramic", "80 ml, with saucer", 240, (125, 125, 70), 120_000),
    Form("Dinner plate", "DPL", "ceramic", "27 cm", 780, (275, 275, 30), 195_000),
    Form("Side plate", "SPL", "ceramic", "21 cm", 460, (215, 215, 25), 135_000),
    Form("Serving bowl", "BWL", "ceramic", "2 l", 980, (250, 250, 95), 340_000),
    Form("Jug", "JUG", "ceramic", "1 l", 820, (180, 130, 210), 295_000),
    Form("Vase", "VAS", "ceramic", "24 cm", 1_150, (160, 160, 245), 380_000),
    Form("Storage jar", "JAR", "ceramic", "1 l, cork lid", 690, (120, 120, 165), 225_000),
    Form("Tea towel", "TTW", "textile", "50 × 70 cm", 130, (250, 180, 15), 95_000),
    Form("Apron", "APR", "textile", "one size", 310, (320, 240, 25), 349_000),
    Form("Napkins", "NAP", "textile", "set of 4", 210, (230, 230, 25), 289_000),
    Form("Table runner", "RUN", "textile", "45 × 150 cm", 280, (300, 230, 20), 319_000),
    Form("Cushion cover", "CUS", "textile", "50 × 50 cm", 260, (300, 250, 30), 279_000),
    Form("Throw", "THR", "textile", "130 × 170 cm", 940, (400, 320, 90), 790_000),
    Form("Chopping board", "CHB", "wood", "38 × 24 cm", 1_250, (380, 240, 22), 369_000),
    Form("Serving tray", "TRY", "wood", "45 × 30 cm", 1_080, (450, 300, 50), 425_000),
    Form("Spoon rest", "SPR", "wood", "24 cm", 110, (240, 90, 20), 99_000),
    Form("Laundry basket", "LBK", "basket", "45 l", 1_600, (420, 420, 500), 549_000),
    Form("Bread basket", "BBK", "basket", "30 cm", 330, (300, 220, 90), 189_000),
)
OUTDOOR = (
    Form("Flask", "FLK", "metal", "0.75 l", 410, (80, 80, 270), 265_000),
    Form("Camping mug", "CMG", "metal", "0.4 l", 160, (125, 90, 85), 89_000),
    Form("Camping plate", "CPL", "metal", "24 cm", 230, (240, 240, 30), 95_000),
    Form("Cooking pot", "POT", "metal", "1.5 l", 480, (180, 165, 120), 319_000),
    Form("Watering can", "WCN", "metal", "5 l", 890, (420, 190, 320), 349_000),
    Form("Lantern", "LAN", "metal", "28 cm", 720, (150, 150, 290), 299_000),
    Form("Dry bag", "DRY", "gear", "20 l", 240, (280, 180, 40), 219_000),
    Form("Rucksack", "RUC", "gear", "28 l", 920, (500, 300, 160), 899_000),
    Form("Picnic blanket", "PIC", "gear", "150 × 200 cm", 1_050, (380, 280, 110), 459_000),
    Form("Hammock", "HAM", "gear", "for one, with straps", 780, (260, 170, 130), 529_000),
    Form("Tarp", "TRP", "gear", "3 × 3 m", 860, (300, 170, 90), 649_000),
    Form("Firewood carrier", "FWC", "gear", "60 l", 540, (450, 300, 40), 329_000),
    Form("Garden stool", "GST", "wood", "folding", 2_150, (420, 340, 90), 489_000),
    Form("Bird feeder", "BRD", "wood", "for seeds", 870, (220, 200, 280), 289_000),
    Form("Plant labels", "PLB", "wood", "set of 20", 90, (160, 60, 30), 69_000),
    Form("Log basket", "LOG", "basket", "55 l", 2_300, (500, 400, 350), 629_000),
)


def make(rng: Random, forms: tuple[Form, ...], count: int, first: int) -> list[Good]:
    """`count` different products of these forms, numbered from `first` on; at most as many as forms can be mixed."""
    mixes = [(form, material, colour) for form in forms for material in _MATERIALS[form.kind]
             for colour in _COLOURS[form.kind]]
    return [_good(n, *mix) for n, mix in enumerate(rng.sample(mixes, count), first)]


def gift_box(goods: list[Good]) -> Kit:
    """Two mugs and a tea towel in a bread basket, a tenth below what they cost apart."""
    parts = tuple((next(good for good in goods if good.sku.startswith(form)), n) for form, n in (("MUG-", 2), ("TTW-", 1), ("BBK-", 1)))
    return Kit(
        sku="GIFT-BOX", name="Gift box, breakfast for two", barcode=make_gtin13(f"{PREFIX}99001"),
        weight_g=sum(good.weight_g * n for good, n in parts), dims_mm=(320, 240, 130),
        price=sum(good.price * n for good, n in parts) * 9 // 10, parts=parts,
    )


def _good(number: int, form: Form, material: str, colour: str) -> Good:
    gtin = make_gtin13(f"{PREFIX}{number:05d}")
    return Good(
        sku=f"{form.short}-{_letters(material)}-{_letters(colour)}", name=f"{form.name}, {material}, {colour}",
        detail=form.detail, barcode=gtin, case=_case(gtin) if number % CASES_EACH == 0 else "",
        weight_g=form.weight_g, dims_mm=form.dims_mm, price=form.price,
    )


def _letters(words: str) -> str:
    """STW for stoneware, ENS for enamelled steel: enough to tell a form's mixes apart."""
    first, *rest = words.upper().split()
    return (first[:2] + rest[-1][0]) if rest else first[:2] + first[-1]


def _case(gtin: str) -> str:
    """The GTIN-14 of a case: indicator 1 before the unit's number, and a check digit of its own."""
    body = f"1{gtin[:-1]}"
    return f"{body}{check_digit(body)}"
