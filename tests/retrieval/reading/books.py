"""EPUB files made part by part, whole or wrong in one place."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

CONTAINER = """<?xml version="1.0"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>"""
METADATA = """<dc:title>The Ferry of Ostrell</dc:title><dc:creator>Ada Brun</dc:creator>
<dc:publisher>Pier Press</dc:publisher><dc:language>en-GB</dc:language><dc:date>2022-05-31</dc:date>
<meta property="dcterms:modified">2023-01-02T10:00:00Z</meta>"""
NAV = ' properties="nav"'
CHAPTERS = {
    "title.xhtml": "<h1>The Ferry of Ostrell</h1><p>By Ada Brun.</p>",
    "nav.xhtml": '<nav epub:type="toc"><h2>Contents</h2><ol><li><a href="one.xhtml">Noon</a></li></ol></nav>',
    "text/one.xhtml": "<h1>Noon</h1><p>It left at&#160;noon, <i>said</i> the captain.</p><p/><p>Nobody waved.</p>",
    "text/two.xhtml": '<h1>Night</h1><p>It came back.</p><aside epub:type="footnote"><p>At six.</p></aside>',
}


def page(body: str) -> str:
    return f"""<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"
xmlns:epub="http://www.idpf.org/2007/ops"><head><title>x</title></head><body>{body}</body></html>"""


def package(names: list[str], metadata: str = METADATA, version: str = "3.0") -> str:
    items = "".join(
        f'<item id="i{n}" href="{name}" media-type="application/xhtml+xml"{NAV * name.startswith("nav")}/>'
        for n, name in enumerate(names)
    )
    spine = "".join(f'<itemref idref="i{n}"/>' for n in range(len(names)))
    return f"""<?xml version="1.0" encoding="utf-8"?><package xmlns="http://www.idpf.org/2007/opf" version="{version}">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">{metadata}</metadata>
<manifest>{items}<item id="p" href="p.jpg" media-type="image/jpeg"/></manifest><spine>{spine}</spine></package>"""


def book(
    chapters: Mapping[str, str | bytes] = CHAPTERS,
    metadata: str = METADATA,
    version: str = "3.0",
    others: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """`others` are parts by their full names; they stand in for the usual ones."""
    parts: dict[str, str | bytes] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OEBPS/content.opf": package(list(chapters), metadata, version),
    }
    for name, body in chapters.items():
        parts[f"OEBPS/{name}"] = page(body) if isinstance(body, str) else body
    return packed(parts | dict(others or {}))


def packed(parts: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, method)
    return held.getvalue()
