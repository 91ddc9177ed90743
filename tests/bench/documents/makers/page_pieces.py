"""What of a page is the text, and what stands around it: menus, a notice on cookies, advertisements, comments."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape

from jobs import groups_of
from written import Block, Content, Kind


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around the text of a page, in its language."""

    menu: tuple[str, ...]
    crumbs: str
    cookies: str
    advertisement: str
    related: tuple[str, ...]
    comments: tuple[str, ...]
    imprint: str
    share: str

    @property
    def all(self) -> tuple[str, ...]:
        """Every piece."""
        parts = (self.crumbs, self.cookies, self.advertisement, self.imprint, self.share)
        return (*self.menu, *parts, *self.related, *self.comments)


_AROUND = {
    "en": Surroundings(
        menu=("Harbour guide", "Tide tables", "Webcam at the mole", "Members' area"),
        crumbs="You are here: Start / Region / Archive 2023",
        cookies="We use cookies to remember your choices. Accept all or choose your own settings.",
        advertisement="Advertisement: Rain boots at half price until Sunday!",
        related=("Ten walks for a foggy day", "Why gulls stand on one leg", "The baker who sails"),
        comments=(
            "Greta_71 wrote: My aunt still has the old version of this in her kitchen drawer.",
            "Nils wrote: The second table has a gap, or am I blind?",
        ),
        imprint="© 2024 Coastal Notes Ltd. All rights reserved. Imprint and privacy policy",
        share="Share on social media",
    ),
    "zh-Hans": Surroundings(
        menu=("网站首页", "街坊新闻", "便民电话", "会员中心"),
        crumbs="当前位置：首页 > 社区 > 资料库",
        cookies="本网站使用 Cookie 来改善您的浏览体验，点击接受即表示您同意。",
        advertisement="广告：冬季棉被直降三成，送货上门！",
        related=("老街改造后的第一个夏天", "怎样给阳台留一块荫", "修鞋摊的三十年"),
        comments=("网友晴天说：我家孩子每周都去，写得很实在。", "网友老马说：二楼的灯什么时候换？"),
        imprint="版权所有 © 2024 街坊资料网 京公网安备 00000000000001 号",
        share="分享到朋友圈",
    ),
    "zh-Hant": Surroundings(
        menu=("網站首頁", "島嶼新聞", "船班查詢", "會員專區"),
        crumbs="目前位置：首頁 > 人文 > 舊文庫",
        cookies="本網站使用 Cookie 以提升您的瀏覽體驗，繼續瀏覽即表示您同意。",
        advertisement="廣告：防風雨衣買一送一，只到週日！",
        related=("漁港清晨的三種聲音", "怎樣認出北極星", "修船人的手"),
        comments=("讀者阿海說：小時候看過那道光，謝謝您寫下來。", "讀者 Mei 說：第二章的照片可以再大一點嗎？"),
        imprint="版權所有 © 2024 島嶼舊文庫 轉載請先聯絡本站",
        share="分享到社群網站",
    ),
}


def surroundings_of(content: Content) -> Surroundings:
    """What stands around the text of ``content``."""
    return _AROUND[content.language]


@dataclass(slots=True)
class Article:
    """The text of a content as HTML, the title first; notes at the end, where pages have them."""

    content: Content
    spans: bool = False  # a cell over several rows where the first column repeats itself
    table: str = "<table>"
    marks: bool = True  # notes are linked, both ways
    below: list[str] = field(default_factory=list)

    def html(self, title: bool = True) -> str:
        """The pieces one below the other."""
        blocks = self.content.blocks if title else self.content.blocks[1:]
        parts = [piece for group in groups_of(blocks) for piece in self._group(group)]
        if self.below:
            parts.append(f'<section class="footnotes"><hr/><ol>{"".join(self.below)}</ol></section>')
            self.below = []
        return "\n".join(parts)

    def _group(self, group: Sequence[Block]) -> Iterator[str]:
        first = group[0]
        if first.kind is Kind.HEADING:
            yield f"<h{first.level}>{escape(first.plain)}</h{first.level}>"
        elif first.kind is Kind.ITEM:
            yield _list(group, self)
        elif first.kind is Kind.TABLE:
            yield self._table(first)
        elif first.kind in (Kind.CODE, Kind.OUTPUT):
            yield f"<pre><code>{escape(first.text)}</code></pre>"
        else:
            yield f"<p>{self.runs(first)}</p>"
            for note in (each for each in group[1:] if each.kind is Kind.NOTE):
                back = f' <a href="#ref{note.number}" class="backref">↩</a>' if self.marks else ""
                self.below.append(f'<li id="fn{note.number}"><p>{self.runs(note)}{back}</p></li>')

    def runs(self, block: Block) -> str:
        """The words of a block, bold ones marked."""
        mark = f'<sup id="ref{block.number}"><a href="#fn{block.number}">[{block.number}]</a></sup>'
        return "".join(
            mark if run.note else f"<b>{escape(run.text)}</b>" if run.bold else escape(run.text) for run in block.runs
        )

    def _table(self, block: Block) -> str:
        caption = f"<caption>{escape(block.text)}</caption>" if block.text else ""
        head = "".join(f"<th>{escape(cell)}</th>" for cell in block.head)
        rows = "".join(f"<tr>{''.join(self._cells(block, at))}</tr>" for at in range(len(block.rows)))
        return f"{self.table}{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"

    def _cells(self, block: Block, at: int) -> Iterator[str]:
        first = [row[0] for row in block.rows]
        for column, cell in enumerate(block.rows[at]):
            down = 1
            if self.spans and not column:
                if at and first[at - 1] == first[at]:
                    continue
                while at + down < len(first) and first[at + down] == first[at]:
                    down += 1
            yield f"<td{f' rowspan={down}' if down > 1 else ''}>{escape(cell)}</td>"


def _list(items: Sequence[Block], article: Article, level: int = 1) -> str:
    tag = "ol" if items[0].numbered else "ul"
    parts: list[str] = []
    at = 0
    while at < len(items):
        inner = at + 1
        while inner < len(items) and items[inner].level > level:
            inner += 1
        below = _list(items[at + 1 : inner], article, level + 1) if inner > at + 1 else ""
        parts.append(f"<li>{article.runs(items[at])}{below}</li>")
        at = inner
    return f"<{tag}>{''.join(parts)}</{tag}>"
