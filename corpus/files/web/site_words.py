"""The names that sites give to what is no content of theirs, and what stands there."""

import re
from itertools import pairwise

from corpus.files.web.tree import Element

_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_NAMES = frozenset(
    "nav navbar navigation navi menu sidebar breadcrumb breadcrumbs crumbs crumb footer cookie cookies cookiebar "
    "consent gdpr banner share sharing sharebar social sociallinks related recommended recommendation "
    "recommendations recommend newsletter subscribe subscription signup promo promotion promotions promoted "
    "advert adverts advertisement ads ad adv adsense advertising sponsor sponsored sponsors outbrain taboola "
    "popup modal overlay pagination pager paginator toc skiplink skip login signin paywall widget widgets "
    "masthead topbar toolbar catlinks navbox navboxes sitenotice printfooter tagcloud toplinks mostread trending "
    "popular marketing onetrust lightbox toast backtop gotop totop prevnext hatnote jumplinks siblings dropdown "
    "signature postprofile jumpbox foot colophon sharedaddy addtoany sharethis addthis yarpp "
    # As Chinese sites spell it.
    "daohang guanggao tuijian fenxiang dibu caidan xiangguan remen banquan shouye".split()
)
_ENDS = (
    "navbar",
    "navigation",
    "sidebar",
    "breadcrumb",
    "breadcrumbs",
    "footer",
    "cookies",
    "newsletter",
    "nav",
    "menu",
)
_PAIRS = frozenset(
    {
        ("side", "bar"), ("bread", "crumb"), ("read", "more"), ("see", "also"), ("also", "read"), ("site", "header"),
        ("page", "header"), ("site", "head"), ("top", "bar"), ("edit", "page"), ("edit", "link"), ("read", "next"),
        ("table", "of"), ("back", "top"), ("author", "bio"), ("author", "box"), ("about", "author"), ("tag", "list"),
        ("post", "tags"), ("tags", "links"), ("entry", "meta"), ("most", "read"), ("hot", "news"), ("hot", "list"),
        ("you", "may"), ("sign", "up"), ("log", "in"), ("call", "to"), ("more", "stories"), ("more", "news"),
        ("side", "nav"), ("left", "bar"), ("right", "bar"), ("page", "tools"), ("post", "nav"), ("qr", "code"),
        ("friend", "link"), ("friend", "links"), ("site", "notice"),
        ("action", "bar"), ("online", "list"), ("who", "online"), ("vote", "count"), ("post", "menu"),
        ("user", "info"), ("user", "card"), ("post", "signature"),
    }
)  # fmt: skip
_COMMENTS = frozenset("comment comments commentlist disqus respond pinglun liuyan replies utterances giscus".split())
# Names of what is beside something or has it, not of the thing: "has-sidebar", "sidebar-open".
_BEFORE = frozenset("has with no without is toggle show hide".split())
_BEHIND = frozenset("layout page site app root toggle active open enabled disabled on off true false".split())
_LED = (  # what links of all pages lead to
    "about(?: us)?|contact(?: us)?|imprint|impressum|privacy(?: policy)?|terms(?: of (?:use|service))?|sitemap|help"
    "|login|log in|register|rss|关于我们|關於我們|联系我们|聯絡我們|法律声明|隐私政策|隱私政策|免责声明|网站地图"
    "|加入收藏|设为首页|版权声明|人才招聘|广告服务"
)
_SAID = re.compile(
    r"(?:©|\(c\)|copyright\b|版权所有|著作权|著作權|版權所有).{0,160}"
    r"|.{0,80}(?:all rights reserved|版权所有|版權所有|保留所有权利|保留所有權利).{0,80}"
    r"|.{0,60}(?:ICP备|ICP證|ICP证|公网安备|公網安備).{0,80}|.{0,40}(?:不得转载|不得轉載|谢绝转载)"
    r"|.{0,60}(?:不代表本|并不表明本|不代表平台|仅代表作者|僅代表作者).{0,60}"
    r"|(?=.*(?:accept|agree|settings|接受|同意|继续|繼續)).{0,40}(?<![a-z])cookies?(?![a-z]).{0,160}"
    r"|you are here[:：].{0,80}|(?:您|你)?(?:当前|现在|目前|當前)?所?在?的?位置[:：].{0,80}"
    r"|(?:skip to (?:main )?content|back to top|返回顶部|回到顶部|返回頂部|跳到主要内容|advertisement|广告|廣告|ad)"
    r"|share(?: this)?(?: (?:article|page|post|story))? (?:on|via|by) [\w &/,-]{1,40}"
    r"|(?:一键)?分享(?:到|至|給|给)[^，。！？,.!?]{1,12}"
    r"|(?:share(?: this)?(?: (?:article|page|story))?|分享到|分享|分享至|打印|打印本页|关闭窗口|扫一扫|收藏"
    r"|print|email|tweet)[:：]?"
    r"|【?字[号体體][:：]?.{0,12}】?|(?:我要|发表|發表|网友|查看)?(?:评论|評論|迴響|回應)(?:\(\d+\))?"
    r"|(?:read more|阅读更多|查看更多|点击查看更多|展开全文|相关阅读|相关新闻|related articles?|edit this page)[:：]?"
    rf"|(?:{_LED})(?:\s*[|｜·•/\-]\s*(?:{_LED}))*",
    re.I,
)


def is_surrounding(element: Element) -> bool:
    """Whether the classes or the identifier of ``element`` name what surrounds content."""
    return any(map(_names_surrounding, _names_of(element)))


def is_comment(element: Element) -> bool:
    """Whether the classes or the identifier of ``element`` say that visitors wrote it."""
    return any(_COMMENTS & set(_parts(name)) for name in _names_of(element))


def says_surrounding(line: str) -> bool:
    """Whether a whole ``line`` is one of those below each page of a site: whose it is, who may share it."""
    return bool(_SAID.fullmatch(line.strip("| \t·")))


def _names_of(element: Element) -> list[str]:
    names = element.attributes.get("class", "").split()
    return [*names, element.get("id")] if element.get("id") else names


def _parts(name: str) -> list[str]:
    return [part.lower() for part in _PART.findall(name)]


def _names_surrounding(name: str) -> bool:
    parts = _parts(name)
    if not parts or parts[0] in _BEFORE or parts[-1] in _BEHIND:
        return False
    if any(part in _NAMES or part.endswith(_ENDS) for part in parts):
        return True
    return any(pair in _PAIRS for pair in pairwise(parts))
