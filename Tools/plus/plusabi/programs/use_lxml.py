# Copyright PythonPlus contributors.
"""lxml: trees made, parsed, searched and transformed by threads, with callbacks to Python."""
from concurrent.futures import ThreadPoolExecutor

from lxml import etree

SHEET = etree.XSLT(etree.XML(
    '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">'
    '<xsl:template match="/a"><sum><xsl:value-of select="sum(b)"/></sum></xsl:template>'
    '</xsl:stylesheet>'))


class Counter:
    """A parser's target: lxml calls it back for each element."""

    def __init__(self):
        self.elements = 0

    def start(self, tag, attributes):
        self.elements += 1

    def close(self):
        return self.elements


def work(count):
    root = etree.Element("a")
    for number in range(count):
        etree.SubElement(root, "b").text = str(number)
    text = etree.tostring(root)
    assert etree.fromstring(text, etree.XMLParser(target=Counter())) == count + 1
    assert len(root.xpath("b[. > 9]")) == count - 10
    return float(SHEET(root).getroot().text)


with ThreadPoolExecutor(4) as pool:
    assert list(pool.map(work, range(100, 200))) == [n * (n - 1) / 2 for n in range(100, 200)]
