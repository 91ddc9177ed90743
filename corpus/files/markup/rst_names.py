"""What a reStructuredText calls by a name, its directives and roles: also those of Sphinx, and of anybody else.

Of what nobody here knows the words are kept. Nothing is read from another file, from the network or from the clock.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive, directives, roles
from docutils.parsers.rst.languages import en

UNREAD = "unread"  # the attribute of a comment that stands for what was not read
_DIRECTIVE = re.compile(r"\.\.[ \t]+(?:\|[^|\n]+\|[ \t]+)?([^\W_][\w:+.-]*?)[ \t]?::(?=\s|$)")
_ROLE = re.compile(r":([^\W_][\w:+.-]*):`|`:([^\W_][\w:+.-]*):")
_TARGET = re.compile(r"(.+?)\s*(?<!\\)<[^<>]*>", re.S)
_HELD = re.compile(r"[{}]")

_DROPPED = frozenset(
    "index toctree highlight currentmodule module py:module py:currentmodule default-domain tabularcolumns "
    "sectionauthor "
    "moduleauthor codeauthor contents sectnum section-numbering header footer meta target-notes date class rst-class "
    "youtube vimeo video autosummary automodule bibliography footbibliography raw-html sidebar-links cssclass".split()
)
_CODE = frozenset(
    "code code-block sourcecode prompt ipython testcode testoutput testsetup testcleanup doctest productionlist "
    "graphviz "
    "digraph graph mermaid uml plantuml console parsed-code jupyter-execute jupyter-input jupyter-output "
    "highlight-code "
    "tikz aafig ditaa plot".split()
)
_DRAWN = frozenset("graphviz digraph graph mermaid uml plantuml tikz aafig ditaa plot testsetup testcleanup".split())
_VERSIONS = {
    "versionadded": "New in version",
    "versionchanged": "Changed in version",
    "deprecated": "Deprecated since version",
    "versionremoved": "Removed in version",
}
_OBJECTS = re.compile(
    r"(?:[a-z]+:)?(?:function|method|class|data|attribute|exception|decorator|decoratormethod|classmethod|staticmethod"
    r"|property|type|typealias|member|macro|struct|union|enum|enumerator|var|alias|concept|option|cmdoption|envvar|confval"
    r"|describe|object|program|directive|role|operator|opcode|pdbcommand|module|signature|command|variable|rst:directive"
    r"|2to3fixer|setting|templatetag|templatefilter|fieldlookup|django-admin|django-admin-option|http:\w+|(?:http:)?get"
    r"|(?:http:)?post|(?:http:)?put|(?:http:)?delete|(?:http:)?patch)|auto\w+"
)
_CODE_ROLES = re.compile(
    r"(?:(?:py|c|cpp|js|rst|std|sh|cmake|bash):)?(?:func|meth|class|mod|attr|data|exc|obj|const|file|samp|option|envvar|program"
    r"|command|token|keyword|macro|type|member|var|enum|enumerator|expr|texpr|any|dir|role|setting|djadmin|regexp|makevar"
    r"|variable|prop|prop_\w+|mimetype|manpage|kbd|code|literal|source|src|ghfile)"
)
_ADMONITIONS = {"seealso": "See also", "todo": "To do"}


class _Options(dict[str, Any]):
    """Options of every name, and their values as they are."""

    def __missing__(self, name: str) -> Any:
        return directives.unchanged

    def __contains__(self, name: object) -> bool:
        return True


class _Named(Directive):  # type: ignore[misc]  # it has no types
    """What every one of ours takes."""

    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: dict[str, Any] | None = _Options(name=directives.unchanged)  # an empty one counts as none

    @property
    def said(self) -> str:
        """The words beside the name."""
        return self.arguments[0].strip() if self.arguments else ""

    def parsed(self, lines: Any = None) -> list[nodes.Node]:
        """What stands below the name."""
        inside = nodes.container()
        self.state.nested_parse(self.content if lines is None else lines, self.content_offset, inside)
        return list(inside.children)

    def line(self, words: str) -> list[nodes.Node]:
        """``words`` with the markup in them."""
        found, _ = self.state.inline_text(words, self.lineno)
        return list(found)


class _Dropped(_Named):
    option_spec = None  # whatever it has is no option

    def run(self) -> list[nodes.Node]:
        return []


class _Unread(_Named):
    """Another file, or what is meant for a program."""

    def run(self) -> list[nodes.Node]:
        unread = nodes.comment()
        unread[UNREAD] = f"{self.name} {self.said}".strip().split("\n")[0]
        return [unread]


class _Code(_Named):
    def run(self) -> list[nodes.Node]:
        code = "\n".join(self.content)
        if not code.strip() or self.name in _DRAWN:
            return []
        language = self.said or ("python" if self.name in ("doctest", "testcode") else "")
        language = language.split()[0] if language else ""
        block = nodes.literal_block(code, code, classes=["code", language] if language else [])
        caption = self.options.get("caption", "")
        return [nodes.paragraph("", "", *self.line(caption)), block] if caption else [block]


class _Formula(_Named):
    def run(self) -> list[nodes.Node]:
        lines = [self.said, *self.content] if self.said else list(self.content)
        blocks = re.split(r"\n\s*\n", "\n".join(lines))
        return [nodes.math_block(block, block) for block in blocks if block.strip()]


class _Version(_Named):
    def run(self) -> list[nodes.Node]:
        version, words, *_ = [*self.said.split(None, 1), "", ""]
        mark = f"{_VERSIONS[self.name]} {version}".strip()
        inside = [*self.parsed()] if self.content else []
        first = inside.pop(0) if inside and isinstance(inside[0], nodes.paragraph) and not words else None
        more = list(first.children) if first is not None else self.line(words)
        return [nodes.paragraph("", "", nodes.Text(f"{mark}: " if more else f"{mark}."), *more), *inside]


class _Object(_Named):
    """What a program has, under its signature."""

    def run(self) -> list[nodes.Node]:
        signatures = [line.strip().removesuffix("\\") for line in self.said.split("\n") if line.strip()]
        terms = [nodes.term("", "", nodes.literal("", signature)) for signature in signatures]
        item = nodes.definition_list_item("", *terms)
        inside = self.parsed() if self.content else []
        if inside:
            item += nodes.definition("", *inside)
        return [nodes.definition_list("", item)] if terms else inside


class _Admonition(_Named):
    def run(self) -> list[nodes.Node]:
        title = nodes.title("", _ADMONITIONS[self.name])
        words = [nodes.paragraph("", "", *self.line(self.said))] if self.said else []
        return [nodes.admonition("", title, *words, *self.parsed())]


class _Glossary(_Named):
    """Terms, several of which may stand above one definition."""

    def run(self) -> list[nodes.Node]:
        items: list[nodes.definition_list_item] = []
        terms: list[nodes.term] = []
        at = 0
        while at < len(self.content):
            line = self.content[at]
            if line.strip() and not line[:1].isspace():
                if not line.startswith(".. "):
                    terms.append(nodes.term("", "", *self.line(line.partition(" : ")[0].strip())))
                at += 1
                continue
            end = at
            while end < len(self.content) and (not self.content[end].strip() or self.content[end][:1].isspace()):
                end += 1
            below = self.content[at:end]
            indent = min((len(each) - len(each.lstrip()) for each in below if each.strip()), default=0)
            at = end
            if indent:
                below.trim_left(indent)
                items.append(nodes.definition_list_item("", *terms, nodes.definition("", *self.parsed(below))))
                terms = []
        if terms:
            items.append(nodes.definition_list_item("", *terms))
        return [nodes.definition_list("", *items)]


class _Kept(_Named):
    """Something with a name that is not known: the words beside the name, and what stands below it."""

    def run(self) -> list[nodes.Node]:
        inside = self.parsed() if self.content else []
        if self.name in ("only", "ifconfig", "tabs", "grid", "tab-set", "hlist", "container", "code-group"):
            return inside
        words = [nodes.paragraph("", "", *self.line(self.said))] if self.said else []
        return [nodes.container("", *words, *inside)] if words or inside else []


def _directive(name: str) -> type[_Named] | None:
    """Ours for ``name``; None where the library's own will do."""
    if name in _DROPPED:
        return _Dropped
    if name in ("include", "literalinclude", "raw", "mdinclude", "csv-filter", "ipynb", "eval-rst"):
        return _Unread
    if name in _CODE:
        return _Code
    if name in ("math", "glossary", *_VERSIONS, *_ADMONITIONS):
        return {"math": _Formula, "glossary": _Glossary}.get(name) or (_Version if name in _VERSIONS else _Admonition)
    if name in en.directives:
        return None
    return _Object if _OBJECTS.fullmatch(name) else _Kept


def _role(
    name: str,
    rawtext: str,
    text: str,
    lineno: int,
    inliner: Any,
    options: Mapping[str, Any] | None = None,
    content: Sequence[str] = (),
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """The words of a role that is not known: of ":ref:`how it burns <burning>`" those before the target."""
    said = text.replace("\0", "")
    titled = _TARGET.fullmatch(said)
    words = titled.group(1) if titled else said.removeprefix("!")
    if not titled and words.startswith("~"):
        words = words[1:].rpartition(".")[2] or words
    if name.startswith(("cite", "footcite")):
        return [nodes.inline("", f"[{words}]")], []
    if name.lower() in ("menuselection", "guilabel"):
        return [nodes.inline("", words.replace("-->", ">").replace("&", ""))], []
    if _CODE_ROLES.fullmatch(name.lower()):
        if name.lower() == "samp":
            words = _HELD.sub("", words)
        return [nodes.literal("", words)], []
    return [nodes.inline("", words)], []


def _raw(
    name: str, rawtext: str, text: str, lineno: int, inliner: Any, options: Any = None, content: Any = ()
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """Words in another language of markup, which are not read."""
    return [], []


_raw.options = {"format": directives.unchanged}  # type: ignore[attr-defined]


def know_names(text: str) -> None:
    """Have the library know all names that ``text`` uses, whatever a text before it made of them."""
    names = {match.group(1).lower() for match in _DIRECTIVE.finditer(text)}
    for name in sorted({*names, *_DROPPED, "include", "raw"}):
        if ours := _directive(name):
            directives.register_directive(name, ours)
    for name in sorted({(match.group(1) or match.group(2)).lower() for match in _ROLE.finditer(text)}):
        if name not in en.roles or name == "index":
            roles.register_local_role(name, _role)
    roles.register_local_role("raw", _raw)
