"""Archive text inside Discord's markdown: escaped so that what is read equals the source, character for character."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from retrieval import hidden_again, visible

_SIGNIFICANT = re.compile(
    r"""
      [\\`*_~|<>\#\[\]@]    # emphasis, code, spoilers, quotes, headings, links, mentions, emoji, timestamps
    | :(?=\S)               # the scheme of an address, the name of an emoji
    | \.(?=\S)              # the host of an address or an invite
    | (?<=\d)\.             # an ordered list
    | (?<![^\n\s])[-+](?=[\s\-#]|\Z)  # a list or small print: a sign that begins a line or stands alone
    """,
    re.VERBOSE,
)
LONGEST_LINK = 500
"""Characters of an address as it is sent, percent signs included."""
_HOST = re.compile(r"[0-9a-z._-]+")
_ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")


def escape(text: str) -> str:
    """Markdown that Discord shows as `text`, with characters that can't be seen made visible.

    A backslash before a sign of punctuation shows the sign, so escaping one too many changes nothing.
    """
    return escape_signs(visible(with_line_feeds(text)))


def escape_signs(text: str) -> str:
    """As `escape`, for text that was made visible already."""
    return _SIGNIFICANT.sub(r"\\\g<0>", text)


def unescape(markdown: str) -> str:
    """What a reader of `escape`'s result sees, as the text that it was given; line ends are line feeds."""
    return hidden_again(_ESCAPED.sub(r"\1", markdown))


def with_line_feeds(text: str) -> str:
    """Windows line ends as the line feeds that every surface shows them as."""
    return text.replace("\r\n", "\n")


def safe_link(url: str) -> str | None:
    """The address as it may stand between angle brackets, or None for anything but plain http and https."""
    try:
        parts = urlsplit(url)
        host = _ascii_host(parts.hostname or "")
        if parts.scheme not in ("http", "https") or parts.username is not None or not _HOST.fullmatch(host):
            return None
        port = f":{parts.port}" if parts.port is not None else ""
        # Brackets too: a ")" would end the link early, and what follows it would be markdown again.
        link = quote(parts._replace(netloc=host + port).geturl(), safe="%/:=&?~#+!$,;'@-._")
    except ValueError:  # a port that is no number, a host that is no name, half a character
        return None
    return link if len(link) <= LONGEST_LINK else None


def _ascii_host(host: str) -> str:
    """As the network knows it, and as a reader can tell it from another that looks the same. Raises ValueError.

    Python knows the IDNA of 2003, which reads “ß” as “ss”, as browsers no longer do: such a host is refused.
    """
    encoded = host.encode("idna").decode("ascii") if not host.isascii() else host
    if encoded != host and encoded.encode("ascii").decode("idna") != host:
        raise ValueError(f"{encoded} is another host")
    return encoded


def host_of(link: str) -> str:
    return urlsplit(link).hostname or ""
