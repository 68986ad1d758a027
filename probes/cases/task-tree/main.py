"""A whole job of the standard library: writes a catalogue as XML, parses it, and sums prices by category."""

import collections
import tempfile
import xml.etree.ElementTree as tree
from pathlib import Path

import seebench_guest as guest

guest.imports_done()

ITEMS = guest.params["items"]

with tempfile.TemporaryDirectory() as scratch:
    root = tree.Element("catalogue")
    for i in range(ITEMS):
        item = tree.SubElement(root, "item", id=str(i), category=f"c{i % 19}")
        tree.SubElement(item, "price").text = str(i * 31 % 997)
    path = Path(scratch, "catalogue.xml")
    tree.ElementTree(root).write(path)
    sums = collections.Counter()
    for item in tree.parse(path).getroot():
        sums[item.get("category")] += int(item.findtext("price"))
guest.digest(sorted(sums.items()))
