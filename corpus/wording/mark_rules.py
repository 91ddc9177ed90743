"""The marks that texts are written with, as patterns: of Markdown, HTML, LaTeX, note programs and site builders.

Every pattern costs no more than the length of what it looks at: it gives up where it sees its own opening again, at the
end of a paragraph, or after so many characters.
"""

import html
import re
from collections.abc import Callable
from enum import Enum

SPACES = (
    "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"  # blanks that Markdown takes for letters; for a pattern's brackets
)
UNSEEN = "\u00ad\u200b\u2060\ufeff"  # characters that take no place; likewise


class MarkKind(Enum):
    """What a mark is to its reader."""

    SIGN = "sign"  # gives a form to what stands beside it: emphasis, number signs, escapes
    WHOLE = "whole"  # a link, picture, tag, reference: it loses its meaning when it is cut
    CODE = "code"  # code, formulas, addresses in a line: shown as they are, in no language
    FENCE = "fence"  # the same in lines of their own
    APART = "apart"  # never shown where the text is read: comments, scripts, queries, properties
    STRUCK = "struck"  # words that are struck out, with what strikes them: they are not said any more


Shown = str | Callable[[re.Match[str]], str]
Rule = tuple[re.Pattern[str], MarkKind, Shown]

_IN_PARAGRAPH = r"\n(?![ \t>]*\n)"
_TARGET = (
    r"\(\s*+(?:<[^<>\n]*+>|(?:[^()\s]|\([^()\s]*+\))*+)"
    r"(?:\s++(?:\"[^\"\n]*+\"|'[^'\n]*+'|\([^()\n]*+\)))?+\s*+\)"
)
_ADDRESS_SIGN = r"[^\s<>()\[\]{}\"'“”‘’`|\\，。；：！？、（）《》【】「」]"
# "https://example.org/wiki/Mast_(ship)"; "(见下)" right behind an address is no part of it.
_IN_BRACKETS = r"(?:\([A-Za-z0-9_.~%/=&+:@!$*,;-]*+\)|(?<=_)\([\w.~%/=&+:@!$*,;-]*+\))"
_HASH_TAG = r"#(?=[^\W\d_])[\w/-]++(?![.!?。！？])"
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_ADDRESS = rf"(?:{_ADDRESS_SIGN}|{_IN_BRACKETS})+(?<![.,;:!?…*_~])"
_LONGEST_ADDRESS = 80  # characters; of a longer one the host says as much
_TAGS = (
    "a abbr acronym address area article aside audio b base bdi bdo big blockquote body br button canvas caption "
    "center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed fieldset "
    "figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img "
    "input ins kbd label legend li link main map mark marquee math menu meta meter nav noscript object ol "
    "optgroup option output p param picture pre progress q rp rt ruby s samp script section select slot small "
    "source span strike strong style sub summary sup svg table tbody td template textarea tfoot th thead time "
    "title tr track tt u ul var video wbr"
)
_TAG_NAMES = "|".join(_TAGS.split())
_COMPONENTS = (  # of the builders that put programs into Markdown
    "Accordion(?:Group)?|Admonition|Callout|Cards?|CardGroup|CodeGroup|Columns?|Details|Frame|Info|Note|Steps?|TabItem|Tabs?|"
    "Tip|Warning"
)


def _without_sides(match: re.Match[str]) -> str:
    return match.group(1)


def _itself(match: re.Match[str]) -> str:
    return match.group()


def _address(match: re.Match[str]) -> str:
    found = match.group()
    if len(found) <= _LONGEST_ADDRESS:
        return found
    host = re.match(r"(?:[a-z]+://)?[^/]*", found)
    assert host is not None
    return f"{host.group()}/…"


def _wiki_link(match: re.Match[str]) -> str:
    page, place, alias = (part or "" for part in match.groups())
    return alias or " > ".join(part for part in (page, place.strip("#^ ").replace("#", " > ")) if part)


def _unescaped(match: re.Match[str]) -> str:
    return html.unescape(match.group())


INLINE: dict[str, list[Rule]] = {
    "`": [
        (re.compile(rf"`(?!`)((?:[^`\n]|{_IN_PARAGRAPH})++)`(?!`)"), MarkKind.CODE, _without_sides),
        (re.compile(rf"``(?!`)((?:[^`\n]|`(?!`)|{_IN_PARAGRAPH})++)``(?!`)"), MarkKind.CODE, _without_sides),
        (re.compile("`++"), MarkKind.SIGN, ""),
    ],
    "$": [
        (re.compile(rf"\$\$(?:[^$\n]|{_IN_PARAGRAPH}|\$(?!\$))++\$\$"), MarkKind.CODE, _itself),
        (re.compile(r"\$(?=[^\s$])[^$\n]{1,400}+(?<=[^\s\\])\$(?!\d)"), MarkKind.CODE, _itself),
    ],
    "\\": [
        (re.compile(rf"\\\((?:[^\\\n]|\\[^()]|{_IN_PARAGRAPH})*+\\\)"), MarkKind.CODE, _itself),
        (re.compile(rf"\\\[(?:[^\\\n]|\\[^\[\]]|{_IN_PARAGRAPH})*+\\\]"), MarkKind.CODE, _itself),
        (re.compile(r"\\([!#$%&*+,\-./:;<=>?@^_`{|}~])"), MarkKind.WHOLE, _without_sides),
    ],
    "<": [
        (re.compile(r"<!--(?:(?!-->|<!--).)*+-->", re.S), MarkKind.APART, " "),
        (re.compile(r"<(?:https?://|mailto:)[^<>\s]*+>"), MarkKind.CODE, _itself),
        (re.compile(rf"</?(?:{_COMPONENTS})>"), MarkKind.WHOLE, " "),
        (
            # The number of a note, which belongs to the sentence before it.
            re.compile(
                r"<sup\b[^<>]*+>(?:\s*+<a\b[^<>]*+>)?+\s*+(\[?+\w{1,3}+\]?+)\s*+(?:</a\s*+>\s*+)?+</sup\s*+>",
                re.I,
            ),
            MarkKind.WHOLE,
            lambda match: f" {match.group(1)} ",
        ),
        (re.compile(rf"</?(?:{_TAG_NAMES})(?=[\s/>])[^<>]*+>", re.I), MarkKind.WHOLE, " "),
        # "<url>" may be a word in brackets; with something in it, or at its end, it is a tag as well.
        (re.compile(r"</[A-Za-z][\w.:-]*+\s*+>|<[A-Za-z][\w.:-]*+(?=[\s/])[^<>]*+>"), MarkKind.WHOLE, " "),
    ],
    "!": [
        (re.compile(r"!\[\[[^\[\]]*+\]\]"), MarkKind.WHOLE, " "),
        # Most alternative texts are file names, or just say "picture".
        (re.compile(rf"!\[(?:[^\[\]]++|\[[^\[\]]*+\])*+\](?:{_TARGET}|\[[^\[\]\n]*+\])"), MarkKind.WHOLE, " "),
    ],
    "[": [
        (re.compile(r"\[\^[^\[\]\s]{1,60}+\]:[ \t]*+"), MarkKind.SIGN, ""),
        (re.compile(r"\[\^[^\[\]\s]{1,60}+\]"), MarkKind.WHOLE, ""),
        (
            re.compile(r"\[\[([^\[\]|#^\n]*+)([#^][^\[\]|\n]*+)?+(?:\\?\|([^\[\]\n]*+))?+\]\]"),
            MarkKind.WHOLE,
            _wiki_link,
        ),
        (re.compile(r"(?<=[-*+.)] )\[[ xX]\](?=\s)"), MarkKind.SIGN, ""),
    ],
    "{": [
        (re.compile(r"\{/\*(?:(?!\*/|\{/\*).)*+\*/\}", re.S), MarkKind.APART, " "),
        (re.compile(r"\{\{-?\s*+/\*(?:(?!\*/|\{\{).)*+\*/\s*+-?\}\}", re.S), MarkKind.APART, " "),
        (re.compile(r"\{#-?(?=\s)(?:(?!#\}|\{#).)*+#\}", re.S), MarkKind.APART, " "),
        (
            re.compile(
                r"\{%-?\s*+comment\b[^%{}]*+%\}(?:(?!\{%-?\s*+(?:end)?comment\b).)*+\{%-?\s*+endcomment\s*+-?%\}",
                re.S,
            ),
            MarkKind.APART,
            " ",
        ),
        (re.compile(r"\{\{[<%](?:(?!\{\{|[>%]\}\}).)*+[>%]\}\}", re.S), MarkKind.WHOLE, " "),
        (re.compile(r"\{%(?:(?!\{%|%\}).)*+%\}", re.S), MarkKind.WHOLE, " "),
        (re.compile(r"\{\{(?:c\d+::|cloze[ :]+)([^{}\n]*+)\}\}"), MarkKind.WHOLE, _without_sides),
        (
            re.compile(
                r"\{\{(?:(?:query|embed|renderer|video|youtube|tweet|pdf|namespace)\b[^\n{}]*+"
                r"|[\w.$ -]*+(?: \| [^\n{}|]*+)*+)\}\}"
            ),
            MarkKind.WHOLE,
            " ",
        ),
        (re.compile(r"\{:[^{}\n]*+\}|\{docsify-[\w-]++\}|\{[ ]?[#.][A-Za-z][^{}\n]*+\}"), MarkKind.WHOLE, " "),
    ],
    "^": [
        (re.compile(r"\^\[([^\[\]\n]*+)\]"), MarkKind.WHOLE, lambda match: f" ({match.group(1)})"),
        (re.compile(r"(?:(?<=\s)\^[\w-]{4,64}|(?<=[.!?。！？．｡…”’」』)）])\^[\w-]{1,64})[ \t]*$", re.M | re.A),
         MarkKind.WHOLE, ""),
    ],
    "(": [(re.compile(rf"\(\({_UUID}\)\)", re.I), MarkKind.WHOLE, " ")],
    "#": [
        (re.compile(rf"(?:(?<=[.!?。！？…．｡][ \t])|(?<=[。！？…．｡])){_HASH_TAG}"
                    rf"(?:[ \t]++{_HASH_TAG})*+[ \t]*+(?=\n|\Z)"),
         MarkKind.WHOLE, ""),
    ],
    "&": [(re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]\w{1,31});"), MarkKind.WHOLE, _unescaped)],
    "h": [(re.compile(rf"https?://{_ADDRESS}"), MarkKind.CODE, _address)],
    "w": [(re.compile(rf"(?<![\w./@-])www\.(?=[\w-]+\.[a-z]){_ADDRESS}"), MarkKind.CODE, _address)],
    "f": [(re.compile(rf"(?<!\w)ftp://{_ADDRESS}"), MarkKind.CODE, _address)],
    "d": [(re.compile(r"data:(?:[\w.+-]++/[\w.+-]++)?+[;,][^\s()\"'<>\[\]]*+"), MarkKind.WHOLE, " ")],
}  # fmt: skip
"""By their first character, those that are looked for first in front."""

LINK = re.compile(rf"\[((?:(?:[^\[\]\n]|{_IN_PARAGRAPH})++|!?\[[^\[\]]*+\](?:\([^()\s]*+\))?+)++)\]{_TARGET}")
# "[a][b]" in a text, but no "matrix[i][j]".
REFERRING = re.compile(
    r"(?<![\w\]])\[((?:[^\[\]\n]++|!\[[^\[\]]*+\](?:\([^()\s]*+\)|\[[^\[\]]*+\]))++)\]\[[^\[\]\n]*+\]"
)
EMPHASIS = re.compile(r"\*++|_++|~++|=++")

# What a browser shows nothing of, from its tag to where it is closed.
UNSHOWN = re.compile(
    r"<(?P<tag>script|style|template|head|svg|noscript|iframe|object)\b[^<>]*+>"
    r"|<(?P<hidden>div|p|span|section|article|aside|details|table|ul|li)(?=\s)[^<>]*?\s(?:hidden(?=[\s=>/])|style=[\"'][^\"'<>]*display:\s*none)[^<>]*+>",
    re.I,
)
ENCODED = r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{60,}+(?:\s[A-Za-z0-9+/]{60,}+)*+(?:\s[A-Za-z0-9+/]++(?==))?+={0,2}"
LEAST_ENCODED = 160  # characters; what is shorter may be a key or a digest that somebody asks for

# At the beginning of a line, behind its quotation marks and its bullet.
PREFIX = re.compile(rf"[ \t{UNSEEN}]*+(?:>(?![=\d])[ \t{UNSEEN}]*+)*+")
BULLET = re.compile(r"(?:[-*+•]|\d{1,9}[.)])[ \t]++")
FENCE = re.compile(r"(`{3,}+|~{3,}+)[ \t]*+([^`\n]*+)(?=\n|\Z)")
QUERIES = re.compile(r"(?:dataview|dataviewjs|query|tasks|button|meta-bind|tracker|query-table)\b", re.I)
LINK_NUMBER = re.compile(
    r"\[\d{1,3}\]:[ \t]++(?=<?(?:[a-z][a-z\d+.-]*+:|www\.|\.{0,2}/|#))", re.I
)  # of where a link leads
DEFINITION = re.compile(r":[ \t]++")
NUMBER_SIGNS = re.compile(rf"(?:#{{1,6}}|＃{{1,6}})(?:[ \t{SPACES}]++|(?=\n|\Z))")
BARE_NUMBER_SIGNS = re.compile(r"#{2,6}(?=[^\W_])")
BOX = re.compile(r"(?:(?:!!!|\?\?\?\+?)[ \t]++[a-z][\w -]*+(?:\"(.*)\")?|===[+!]?[ \t]++\"(.*)\")[ \t]*(?=\n|\Z)")
COLONS = re.compile(r":{3,}+[ \t]*+(?:\{[^{}\n]*+\}[ \t]*+|[\w-]++)?+(?:\[([^\]\n]*+)\]|([^\n{]*+))[^\n]*+")
CALLOUT = re.compile(r"\[![\w -]{1,40}+(?:\|[^\[\]\n]*+)?\][+-]?[ \t]*+([^\n]*+)")
_PROPERTIES = (
    r"id|collapsed|heading|tags?|alias(?:es)?|type|icon|public|template(?:-[\w-]+)?|exclude-from-graph-view|filters|"
    r"background-color|(?:created|updated)(?:-at)?|(?:card|query|hl|ls|logseq)[-.][\w.-]+|deck"
)
UNSHOWN_LINES = [
    re.compile(rf"(?:{_PROPERTIES})::(?=[ \t]|\n|\Z)[^\n]*+", re.I),
    re.compile(
        r":(?:LOGBOOK|PROPERTIES):[ \t]*\n(?:(?![ \t>]*:(?:END|LOGBOOK|PROPERTIES):)[^\n]*+\n)*+"
        r"[ \t>]*:END:[ \t]*+(?=\n|\Z)",
        re.I,
    ),
    re.compile(r"#\+BEGIN_QUERY\b(?:(?!#\+(?:BEGIN|END)_QUERY).)*+#\+END_QUERY[ \t]*+(?=\n|\Z)", re.I | re.S),
    re.compile(r"#\+(?:BEGIN|END)_\w++[^\n]*+", re.I),
    re.compile(r"\[\[?_?toc_?\]?\][ \t]*+(?=\n|\Z)|@\[toc\][^\n]*+|\{:toc\}[ \t]*+(?=\n|\Z)", re.I),
    re.compile(r"\[[^\[\]\n]++\]:[ \t]*+(?:\n[ \t]*+)?+<?data:[^\n]*+"),
    re.compile(rf"{_HASH_TAG}(?:[ \t]++{_HASH_TAG})++[ \t]*+(?=\n|\Z)"),
    # The definition of a link that leads nowhere is how Markdown writes a comment: "[//]: # (not shown)".
    re.compile(
        r"\[[^\[\]\n]++\]:[ \t]*+(?:#|<>)[ \t]*+(?:\([^\n]*\)|\"[^\n]*\"|'[^\n]*')?[ \t]*+(?=\n|\Z)",
    ),
]
