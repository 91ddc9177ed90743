"""Whole pages around the text of a content, as wikis, public offices and newspapers have them."""

from html import escape

from page_pieces import Article, surroundings_of
from written import Content, Kind


def of_wiki(content: Content) -> str:
    """A page of a wiki: a list of contents, links to edit, boxes to other pages, categories."""
    around = surroundings_of(content)
    edit = "編輯" if content.language == "zh-Hant" else "编辑" if content.chinese else "edit"
    body = Article(content, table='<table class="wikitable">').html(title=False)
    for level in (2, 3):
        link = f'<span class="mw-editsection"><span>[</span><a href="?action=edit">{edit}</a><span>]</span></span></h{level}>'
        body = body.replace(f"</h{level}>", link)
    lines = "".join(
        f'<li class="toclevel-1"><a href="#{at}"><span class="toctext">{escape(block.plain)}</span></a></li>'
        for at, block in enumerate(content.blocks[1:])
        if block.kind is Kind.HEADING
    )
    menu = "".join(f'<li id="n-{at}"><a href="/{at}">{each}</a></li>' for at, each in enumerate(around.menu))
    related = "".join(f'<li><a href="/wiki/{at}">{each}</a></li>' for at, each in enumerate(around.related))
    return f"""<!DOCTYPE html>
<html class="client-nojs" lang="{content.language}"><head><meta charset="UTF-8"><title>{escape(content.title)} - Wiki</title></head>
<body class="mediawiki ltr"><div id="mw-page-base" class="noprint"></div>
<div id="content" class="mw-body" role="main"><div id="siteNotice">{around.cookies}</div>
<h1 id="firstHeading" class="firstHeading">{escape(content.title)}</h1>
<div id="bodyContent"><div id="contentSub">{around.crumbs}</div>
<div id="mw-content-text"><div class="mw-parser-output"><div id="toc" class="toc"><ul>{lines}</ul></div>
{body}
<div class="navbox"><ul>{related}</ul></div></div></div>
<div id="catlinks" class="catlinks">{around.share}</div></div></div>
<div id="mw-navigation"><div class="portal" role="navigation"><ul>{menu}</ul></div><div class="ad">{around.advertisement}</div></div>
<div id="comments"><p>{"</p><p>".join(around.comments)}</p></div>
<div id="footer" role="contentinfo"><p>{around.imprint}</p></div></body></html>
"""


def of_office(content: Content) -> str:
    """A page of a public office: the text in a box to zoom, its headings paragraphs in bold, without a class of their own."""
    around = surroundings_of(content)
    body = Article(content, table='<table border="1" class="MsoTableGrid">', marks=False).html(title=False)
    for level in (2, 3):
        body = body.replace(f"<h{level}>", '<p style="text-indent: 2em;"><strong>').replace(
            f"</h{level}>", "</strong></p>"
        )
    menu = "".join(f'<td><a href="/{at}/index.htm">{each}</a></td>' for at, each in enumerate(around.menu))
    related = "".join(f'<p><a href="r{at}.htm">{each}</a></p>' for at, each in enumerate(around.related))
    return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"><head><meta charset="utf-8"/><title>{escape(content.title)}_{around.menu[0]}</title>
<meta name="ArticleTitle" content="{escape(content.title)}"/><meta name="PubDate" content="{content.date} 10:30"/></head>
<body><div class="top"><table><tr>{menu}</tr></table></div><div class="wz">{around.crumbs}</div>
<div class="main"><div class="bt">{escape(content.title)}</div>
<div class="xx"><span>{around.share}</span></div>
<div id="zoom">{body}</div>
<div class="pl">{"<br/>".join(around.comments)}</div></div>
<div class="right"><div class="gg">{around.advertisement}</div>{related}</div>
<div class="bottom"><p>{around.imprint}</p><p>{around.cookies}</p></div></body></html>
"""


def of_news(content: Content) -> str:
    """A page of a newspaper: no element says what it is, headings are drawn by styles, advertisements stand within."""
    around = surroundings_of(content)
    body = Article(content, table='<table class="tbl">').html(title=False)
    for level, size in ((2, 22), (3, 18)):
        style = f'<div class="para-{level}" style="font-size: {size}px; font-weight: 700">'
        body = body.replace(f"<h{level}>", style).replace(f"</h{level}>", "</div>")
    middle = body.find("</p>", len(body) // 3) + 4
    advertisement = f'<div class="ad-inline"><span>{around.advertisement}</span></div>'
    body = body[:middle] + advertisement + body[middle:]
    menu = "".join(f'<span class="ch-item"><a href="/{at}">{each}</a></span>' for at, each in enumerate(around.menu))
    related = "".join(
        f'<div class="feed-card"><a href="/r{at}">{each}</a></div>' for at, each in enumerate(around.related)
    )
    comments = "".join(f'<div class="reply-item">{each}</div>' for each in around.comments)
    return f"""<!DOCTYPE html>
<html lang="{content.language}"><head><meta charset="utf-8"><title>{escape(content.title)}_{around.menu[1]}</title>
<meta property="og:title" content="{escape(content.title)}"></head>
<body><div class="hd"><div class="ch-list">{menu}</div><div class="path">{around.crumbs}</div></div>
<div class="bd"><div class="lft"><div class="h-title">{escape(content.title)}</div>
<div class="info"><span class="time">{content.date}</span></div>
<div class="cnt">{body}</div><div class="share-bar">{around.share}</div>
<div class="replies">{comments}</div></div>
<div class="rgt"><div class="feed">{related}</div></div></div>
<div class="ft">{around.imprint}</div><div class="cookie-tip">{around.cookies}</div></body></html>
"""
