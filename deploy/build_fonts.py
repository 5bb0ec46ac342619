"""Cut the fonts that paper needs out of full font files, into small static TrueType files.

reportlab embeds TrueType outlines only and cannot set a variation axis, so each output is one weight with `glyf`
outlines. Layout tables go as well: `stowline.core.fonts` shapes Arabic before drawing and uses nothing of them.

Run it again only when a font or a character set changes; `static/fonts/README.md` names the sources.

    python deploy/build_fonts.py --out static/fonts \
        --font sans NotoSans.ttf LICENSE --font arabic NotoSansArabic.ttf LICENSE --font sc NotoSansSC.ttf LICENSE
"""

import argparse
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

WEIGHTS = {"Regular": 400, "Bold": 700}
SPACES = {0x20, 0xA0}


def span(*ranges: tuple[int, int]) -> set[int]:
    """All code points of the ranges, both ends included."""
    return {code for first, last in ranges for code in range(first, last + 1)}


def charset(codec: str, lead: Iterable[int], trail: Iterable[int]) -> set[int]:
    """The code points that a two-byte codec of Python's knows in these rows."""
    found: set[int] = set()
    trails = list(trail)
    for high in lead:
        for low in trails:
            try:
                found.update(map(ord, bytes((high, low)).decode(codec)))
            except UnicodeDecodeError:
                continue
    return found


ROW = range(0xA1, 0xFF)
BIG5_ROW = [*range(0x40, 0x7F), *ROW]
FULL_WIDTH = span((0x3000, 0x303F), (0xFF01, 0xFF60), (0xFFE0, 0xFFE6))
GB2312 = charset("gb2312", range(0xA1, 0xF8), ROW) | FULL_WIDTH
BIG5_COMMON = charset("big5", range(0xA1, 0xC7), BIG5_ROW) | FULL_WIDTH
BIG5_RARE = charset("big5", range(0xC9, 0xFA), BIG5_ROW)
KANA = span((0x3040, 0x30FF), (0x31F0, 0x31FF), (0xFF61, 0xFF9F)) | FULL_WIDTH
JIS_COMMON = charset("euc_jp", range(0xB0, 0xD0), ROW)
JIS_RARE = charset("euc_jp", range(0xD0, 0xF5), ROW)
HANGUL = charset("euc_kr", range(0xB0, 0xC9), ROW) | span((0x3131, 0x318E))

JAPANESE_NAMES = charset("cp932", range(0xFA, 0xFD), range(0x40, 0xFD))
# Letters of given names that GB 2312 of 1980 left out; chosen by hand, for they have no row of their own anywhere.
CHINESE_NAMES = set(
    map(
        ord,
        "喆堃镕玥珺祎翀曌赟昇玮暐煊焜焱垚犇骉翾頔祐瑀琤瑄珮瑢璟璠皞晞旸昉旻昀昳昪炘烨燚劼勍珩珅琲玏玙珣珽琇琎琰瑗瑆玘珝玢璁璘璐"
        "妤婳嫄嬅姮妘姞媖婍婧芃苒荍菀葳沄淏渟湉湜湲溦滢潆澍濛濬屾峣崟崚惇愷忞骦骍诩谞谌谖铄铉锃锜锳锴鋆鋐陞霁霈颢颀颋飏鹓"
        "溱禛禤筠筱绮绻缦翊翙翚耔胤舸艿芮荃莘蕤薇蘅虓虔蛟衎袆裎觊訚邕邰郅郗郜酆钊钤钫珈珏珞琛琮琳瑭璀璇瓒甯畑畇畯畹",
    )
)

# A rare character is kept once: the Han fonts stand in for each other when a text is drawn.
SIMPLIFIED = GB2312 | CHINESE_NAMES
TRADITIONAL = BIG5_COMMON | (BIG5_RARE - SIMPLIFIED)
JAPANESE = JIS_COMMON | KANA | ((JIS_RARE | JAPANESE_NAMES) - SIMPLIFIED - TRADITIONAL)

SANS = span(
    (0x20, 0x7E), (0xA0, 0x24F), (0x2B0, 0x2FF), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x52F), (0x900, 0x97F),
    (0x1E00, 0x1EFF), (0x2000, 0x206F), (0x2070, 0x209F), (0x20A0, 0x20BF), (0x2100, 0x214F), (0x2150, 0x215F),
    (0x2190, 0x2199), (0x2200, 0x22FF), (0xFB00, 0xFB06), (0xFFFD, 0xFFFD),
)  # fmt: skip
ARABIC = span((0x600, 0x6FF), (0x750, 0x77F), (0xFB50, 0xFDFF), (0xFE70, 0xFEFC))
HEBREW = span((0x590, 0x5FF), (0xFB1D, 0xFB4F))
THAI = span((0xE00, 0xE7F))


@dataclass(frozen=True)
class Cut:
    """One family: its file stem, the code points to keep, and the weights (variable sources only)."""

    stem: str
    codes: set[int]
    weights: tuple[str, ...] = ("Regular",)


CUTS = {
    "sans": Cut("NotoSans", SANS, ("Regular", "Bold")),
    "arabic": Cut("NotoSansArabic", ARABIC | SPACES, ("Regular", "Bold")),
    "hebrew": Cut("Heebo", HEBREW | SPACES, ("Regular", "Bold")),
    "thai": Cut("NotoSansThai", THAI | SPACES, ("Regular", "Bold")),
    "sc": Cut("NotoSansSC", SIMPLIFIED | SPACES),
    "tc": Cut("NotoSansTC", TRADITIONAL | SPACES),
    "jp": Cut("NotoSansJP", JAPANESE | SPACES),
    "kr": Cut("NotoSansKR", HANGUL | SPACES),
}


def static(path: Path, weight: str) -> TTFont:
    """The font at one weight; a font without axes as it is."""
    font = TTFont(path, recalcTimestamp=False)
    if "fvar" not in font:
        return font
    wanted = {"wght": float(WEIGHTS[weight]), "wdth": 100.0}
    limits = {axis.axisTag: wanted.get(axis.axisTag, axis.defaultValue) for axis in font["fvar"].axes}
    return instancer.instantiateVariableFont(font, limits, inplace=True, updateFontNames=False)


def cut(font: TTFont, codes: set[int]) -> TTFont:
    """Keep these code points and what reportlab reads; layout, hinting and names of glyphs go."""
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.glyph_names = False
    options.notdef_outline = True
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx", "STAT", "DSIG", "MATH", "gasp"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=codes)
    cutter.subset(font)
    return font


def rename(font: TTFont, stem: str, weight: str) -> None:
    """Give each file its own PostScript name: two faces of one name would be one face to reportlab."""
    font["name"].setName(f"{stem}-{weight}", 6, 3, 1, 0x409)
    font["name"].setName(weight, 2, 3, 1, 0x409)


def build(key: str, source: Path, licence: Path, out: Path) -> None:
    """Write every weight of one family and its licence into `out`."""
    family = CUTS[key]
    for weight in family.weights:
        font = cut(static(source, weight), family.codes)
        rename(font, family.stem, weight)
        target = out / f"{family.stem}-{weight}.ttf"
        font.save(target)
        print(f"{target.name}: {len(font.getBestCmap())} characters, {target.stat().st_size:,} bytes")
    shutil.copyfile(licence, out / f"OFL-{family.stem}.txt")


def main() -> None:
    """Read the arguments and build family after family."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument(
        "--font", nargs=3, action="append", required=True, metavar=("KEY", "FONT", "LICENCE"),
        help="KEY is one of " + ", ".join(CUTS),
    )  # fmt: skip
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for key, source, licence in options.font:
        if key not in CUTS:
            parser.error(f"{key} is no family here; use one of {', '.join(CUTS)}")
        build(key, Path(source), Path(licence), options.out)


if __name__ == "__main__":
    main()
