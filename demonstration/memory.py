"""How much memory the stack uses."""

import psutil


def memory_of_children_bytes() -> int:
    """Return the memory of every process below this one; a page that several share counts once.

    The stack's engines and functions are all below the process that runs it.
    """
    total = 0
    for process in psutil.Process().children(recursive=True):
        try:
            memory = process.memory_full_info()
        except psutil.Error:
            continue  # it has just ended, or belongs to another user
        total += getattr(memory, "pss", memory.uss)
    return total
