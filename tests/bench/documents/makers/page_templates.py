"""Whole pages around the text of a content, as sites of several kinds and ages have them."""

import json
from html import escape

from page_pieces import Article, surroundings_of
from written import Content


def semantic(content: Content) -> str:
    """A page of today, whose elements say what they are."""
    around = surroundings_of(content)
    menu = "".join(f'<li><a href="/{at}">{each}</a></li>' for at, each in enumerate(around.menu))
    related = "".join(f'<li><a href="/r{at}">{each}</a></li>' for at, each in enumerate(around.related))
    comments = "".join(f'<article class="comment"><p>{each}</p></article>' for each in around.comments)
    return f"""<!DOCTYPE html>
<html lang="{content.language}"><head><meta charset="utf-8"><title>{escape(content.title)} | Archive</title>
<meta name="author" content="{escape(content.author)}"><meta property="article:published_time" content="{content.date}">
<link rel="canonical" href="https://example.org/{content.name}"><style>body {{ margin: 0 }}</style></head>
<body>
<div id="cookie-banner" role="dialog"><p>{around.cookies}</p><button>OK</button></div>
<header><nav aria-label="Main"><ul>{menu}</ul></nav></header>
<main><nav class="breadcrumb">{around.crumbs}</nav>
<article>
{Article(content).html()}
<div class="share-buttons"><a href="#s">{around.share}</a></div>
</article>
<section id="comments"><h2>Comments</h2>{comments}</section></main>
<aside class="sidebar"><p class="ad">{around.advertisement}</p><ul>{related}</ul></aside>
<footer><p>{around.imprint}</p></footer>
<script>console.log("ready")</script>
</body></html>
"""


def of_tables(content: Content) -> str:
    """A page of twenty years ago: a table puts the menu at the left, the text in the middle, advertisements at the right."""
    around = surroundings_of(content)
    menu = "<br>".join(f'<a href="{at}.htm"><font size="2">{each}</font></a>' for at, each in enumerate(around.menu))
    related = "<br>".join(f'<a href="r{at}.htm">{each}</a>' for at, each in enumerate(around.related))
    body = Article(content, spans=True, table='<table border="1" cellpadding="3">', marks=False).html()
    body = body.replace("<thead>", "").replace("</thead><tbody>", "").replace("</tbody>", "")
    return f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<title>{escape(content.title)}</title></head><body bgcolor="#ffffff">
<table width="100%" cellspacing="0"><tr><td colspan="3"><font size="5">{around.crumbs}</font></td></tr>
<tr><td width="15%" valign="top">{menu}</td>
<td valign="top">{body}
<p>{around.share}</p></td>
<td width="15%" valign="top"><b>{around.advertisement}</b><br>{related}</td></tr>
<tr><td colspan="3" align="center"><font size="1">{around.imprint}</font></td></tr></table>
</body></html>
"""


def of_script(content: Content) -> str:
    """A page that a script builds when it is opened, of boxes whose names say nothing."""
    around = surroundings_of(content)
    menu = "".join(f'<div class="n-7f3"><a href="#{at}">{each}</a></div>' for at, each in enumerate(around.menu))
    cards = "".join(
        f'<div class="c-19a"><a href="#r{at}"><span>{each}</span></a></div>' for at, each in enumerate(around.related)
    )
    comments = "".join(f'<div class="comment-body"><span>{each}</span></div>' for each in around.comments)
    built = (
        f'<div class="consent-overlay"><div>{around.cookies}</div><button>OK</button></div><div class="h-02c">{menu}</div>'
        f'<div class="x-4d1"><div class="x-4d2"><div class="b-88e"><a href="#">{around.crumbs}</a></div>'
        f"{Article(content).html()}</div></div>"
        f'<div class="x-9b0"><div class="ad-slot">{around.advertisement}</div>{cards}</div>'
        f'<div class="comments-list">{comments}</div><div class="f-5e5"><small>{around.imprint}</small></div>'
    )
    said = json.dumps(built, ensure_ascii=False).replace("</", "<\\/")
    return f"""<!DOCTYPE html>
<html lang="{content.language}"><head><meta charset="utf-8"><title>{escape(content.title)}</title></head>
<body><div id="root"></div><noscript>Please enable JavaScript.</noscript>
<script>document.getElementById("root").innerHTML = {said};</script></body></html>
"""


def of_blog(content: Content) -> str:
    """A page of a blog system: boxes with classes, widgets, what to read next, comments in a list."""
    around = surroundings_of(content)
    menu = "".join(f'<li class="menu-item"><a href="/{at}">{each}</a></li>' for at, each in enumerate(around.menu))
    related = "".join(f'<li><a href="/r{at}">{each}</a></li>' for at, each in enumerate(around.related))
    comments = "".join(
        f'<li class="comment even"><div class="comment-content"><p>{each}</p></div></li>' for each in around.comments
    )
    body = Article(content, table='<table class="wp-block-table">').html(title=False)
    return f"""<!DOCTYPE html>
<html lang="{content.language}"><head><meta charset="utf-8"><title>{escape(content.title)} – {around.menu[0]}</title></head>
<body class="post-template single"><div id="page" class="site">
<div id="masthead"><div class="site-branding">{around.menu[0]}</div><ul id="primary-menu">{menu}</ul></div>
<div id="content" class="site-content"><div id="primary" class="content-area">
<div class="breadcrumbs">{around.crumbs}</div>
<div class="post hentry"><h1 class="entry-title">{escape(content.title)}</h1>
<div class="entry-meta"><span class="posted-on"><time datetime="{content.date}">{content.date}</time></span></div>
<div class="entry-content">
{body}
<div class="sharedaddy">{around.share}</div></div></div>
<div class="related-posts"><ul>{related}</ul></div>
<div id="comments" class="comments-area"><ol class="comment-list">{comments}</ol></div></div>
<div id="secondary" class="widget-area"><div class="widget widget_text">{around.advertisement}</div></div></div>
<div id="colophon" class="site-footer">{around.imprint}</div>
<div class="cookie-notice">{around.cookies}</div></div></body></html>
"""
