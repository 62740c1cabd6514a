# Copyright PythonPlus contributors.
"""Whether the differences that were seen are those that the page lists."""
import collections

SHOWS, HANGS, DIES = "shows", "hangs", "dies"

# name: of the property, or None; what: one line; outcomes: of both, where they matter.
Fault = collections.namedtuple("Fault", "name what outcomes", defaults=[()])


def of_property(prop, first, second):
    """Return the Fault of a property's two outcomes, (how it ended, text), or None.

    The first interpreter may hang or die where the page says that the second does not:
    nothing else may end otherwise than with a value.
    """
    both = (first, second)
    what = None
    if second[0] != SHOWS:
        what = "the second must show a value"
    elif first[0] != SHOWS and not (prop.ids and first[0] in (HANGS, DIES)):
        what = "the first must show a value"
    elif first != second and not prop.ids:
        what = "differs, and no row is named for it"
    elif first == second and prop.ids:
        what = "does not differ, as the page says with %s" % ", ".join(prop.ids)
    return Fault(prop.name, what, both) if what else None


def of_page(properties, rows, path, whole):
    """Return the Faults between the table and the page; with whole, rows without
    properties are faults too."""
    faults = [Fault(each.name, "the page has no row `%s`" % name)
              for each in properties for name in each.ids if name not in rows]
    probed = {name for each in properties for name in each.ids}
    for name, reason in rows.items():
        if reason is None and name not in probed and whole:
            faults.append(Fault(None, "%s: no property shows the row `%s`" % (path, name)))
        elif reason is not None and name in probed:
            faults.append(Fault(None, "%s: the row `%s` says \"Not probed\", and it is"
                                % (path, name)))
    return faults
