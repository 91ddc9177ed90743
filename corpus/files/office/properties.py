"""What an Office file says of itself: title, author, date."""

import re
from dataclasses import dataclass

from corpus.files.office.package import Package
from corpus.files.office.xml import child

_NO_TITLE = re.compile(
    r"(?:untitled|无标题|無標題|未命名|unknown|document|文档|文件|title|标题|標題|slide|presentation|workbook|book|"
    r"(?:microsoft )?(?:power ?point|office power ?point)? ?(?:presentation|演示文稿|簡報|简报)|幻灯片|工作簿|活頁簿|"
    r"microsoft (?:word|powerpoint|excel)\b.*|word document|word 文档|.*\.(?:docx?|pptx?|xlsx?|wps|rtf|odt|csv)|"
    r"https?://\S*|\W*|[\d._-]+)(?:[\s_-]*\d+)?",
    re.I,
)
_NOBODY = re.compile(
    r"(?:user|users|admin(?:istrator)?|author|owner|unknown|anonymous|root|default|python-docx|python-pptx|openpyxl|"
    r"xlsxwriter|steve canny|apache poi|wps|wps_\d+|windows 用户|微软用户|微軟使用者|用户|用戶|作者|管理员|null|none|"
    r"(?:lenovo|dell|hp|asus|acer|thinkpad|pc|microsoft|windows)(?: user)?|\W*|\d+)",
    re.I,
)
_DATE = re.compile(r"((?:19|20)\d\d)-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_TEMPLATES = ("2013-12-23T23:15:00Z", "2013-01-27T09:14:16Z")  # in what python-docx and python-pptx begin with
_LONGEST = 250  # characters


@dataclass(frozen=True, slots=True)
class Properties:
    """What the file says; empty where it says nothing, or only what programs put there."""

    title: str = ""
    author: str = ""
    date: str = ""  # "2021-08-16"


def properties_of(package: Package) -> Properties:
    """What the file ``package`` says of itself. Its date is that of its last change."""
    part = package.related("", "core-properties") or "docProps/core.xml"
    root = package.extra(part)
    said = {
        name: " ".join((found.text or "").split()) if (found := child(root, name)) is not None else ""
        for name in ("title", "creator", "created", "modified")
    }
    return Properties(plain_title(said["title"]), _author(said["creator"]), _date(said["modified"], said["created"]))


def plain_title(title: str) -> str:
    """``title``; empty where it is a placeholder or too long to be one."""
    return "" if len(title) > _LONGEST or _NO_TITLE.fullmatch(title) else title


def _author(name: str) -> str:
    return "" if len(name) > _LONGEST or _NOBODY.fullmatch(name) else name


def _date(*stamps: str) -> str:
    found = (_DATE.match(stamp) for stamp in stamps if stamp not in _TEMPLATES)
    return next((match.group() for match in found if match), "")
