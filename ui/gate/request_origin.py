"""By what name, and from what site, does a request come?"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers

from ui.gate.public_address import PublicAddress


def host_name(host: str) -> str:
    """The name in a ``Host`` header, without the port; empty where there is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:  # a bracket that is not closed
        return ""


def from_another_site(method: str, headers: Headers, public: PublicAddress | None) -> bool:
    """Whether a page of another site sends this; a link to us is no use of us.

    ``public`` is what a proxy lets visitors call us, whose own headers are known to be true by now.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        followed = headers.get("sec-fetch-mode") == "navigate" and method in ("GET", "HEAD")
        return site not in ("same-origin", "none") and not followed
    # Browsers leave that one out on plain http to another machine; programs send neither.
    origin = headers.get("origin")
    if origin is None or (public and origin.lower() == public.origin):
        return False
    ours = {headers[each].lower() for each in ("host", "x-forwarded-host") if headers.get(each)}
    return origin.partition("://")[2].lower() not in ours
