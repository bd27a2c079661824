"""The encoding that a page says it is written in, as browsers take it (WHATWG Encoding)."""

from __future__ import annotations

import codecs
import re

_LOOKED_AT = 8192
"""Bytes. Browsers look at 1024 before they show anything, and at the rest later."""
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_XML = re.compile(rb"\A\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_.:-]{1,40})[\"']")
_META = re.compile(rb"<meta[\s/][^>]{0,500}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_AS_READ = {
    # Python's name of what is said: the one that it is read as. Others of Python's are no encodings of pages, and some
    # make half characters of bytes (UTF-7), or take the square of their length (punycode).
    "utf-8": "utf-8", "utf-16": "utf-8", "utf-16-le": "utf-8", "utf-16-be": "utf-8",  # or no meta were found
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "shift_jis": "cp932", "euc_kr": "cp949",
}  # fmt: skip
_AS_SAID = (
    "cp866 iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-10 iso8859-13 iso8859-14 "
    "iso8859-15 iso8859-16 koi8-r koi8-u mac-roman mac-cyrillic cp874 cp932 cp949 cp1250 cp1251 cp1252 cp1253 cp1254 "
    "cp1255 cp1256 cp1257 cp1258 gb18030 big5hkscs cp950 euc_jp iso2022_jp"
)
_AS_READ |= {name: name for name in _AS_SAID.split()}
_ALSO_CALLED = {"x-sjis": "shift_jis", "x-gbk": "gbk", "x-mac-cyrillic": "mac-cyrillic", "x-cp1251": "cp1251"}


def said_encoding(content: bytes) -> str | None:
    """In the XML declaration or a `meta`; None where nothing is said, or nothing that pages are written in."""
    head = _COMMENT.sub(b"", content[:_LOOKED_AT])
    for pattern in (_XML, _META):
        said = pattern.search(head)
        if said is not None:
            label = said[1].decode("ascii").lower()
            try:
                return _AS_READ.get(codecs.lookup(_ALSO_CALLED.get(label, label)).name)
            except LookupError:
                return None
    return None
