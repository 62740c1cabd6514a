# Copyright PythonPlus contributors.
"""What the GIL's scheduler counted during a window (_thread.gil_stats())."""
import _thread

# Our name of a value: the counter, per second of the window.
PER_SECOND = {
    "gil_takes": "takes", "gil_spun": "takes_spun", "gil_parked": "takes_parked",
    "gil_invited": "invitations", "gil_lent": "lends", "gil_asked": "asked_to_yield",
    "gil_yields": "yields", "gil_demoted": "demotions",
}
# Likewise, times: a share of the window.
OF_TIME = {"gil_held": "held_ns", "gil_free": "wanted_free_ns"}


def read():
    """Return the counters, or None if this interpreter does not count."""
    stats = getattr(_thread, "gil_stats", None)
    return stats() if stats else None


def values(before, after, seconds, cpu_idents):
    """Return the values of a window between two readings."""
    if before is None:
        return {}
    old, new = before["total"], after["total"]
    result = {name: (new[counter] - old[counter]) / seconds
              for name, counter in PER_SECOND.items()}
    result.update((name, (new[counter] - old[counter]) / 1e9 / seconds)
                  for name, counter in OF_TIME.items())
    result["gil_held_cpu"] = (_held(after, cpu_idents) - _held(before, cpu_idents)
                              ) / 1e9 / seconds
    return result


def _held(reading, idents):
    return sum(thread["held_ns"] for thread in reading["threads"]
               if thread["ident"] in idents)
