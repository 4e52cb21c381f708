"""The script that lets only a newer change replace an entry (I5); stored in the cluster, run for each bulk item.

Its parameters are the entry itself: nothing is built that is not stored.
"""

SCRIPT_ID = "fanout-newer-wins-2"
"""Ends in a version: functions of two releases may run at once, each with its own script."""

SCRIPT = {
    "lang": "painless",
    "source": (
        "if (ctx._source.order_key != null && ctx._source.order_key.compareTo(params.order_key) >= 0)"
        " { ctx.op = 'none' } else { ctx._source = params }"
    ),
}
