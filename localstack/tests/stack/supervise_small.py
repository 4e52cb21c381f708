"""A supervisor in a process of its own, for tests that kill it: `python supervise_small.py LOCAL_FOLDER`."""

import sys
from pathlib import Path

from small_engines import small_engine, supervise

from fanout_local.lock import InstanceLock
from fanout_local.paths import instance_folder
from fanout_local.signals import signals_interrupt

if __name__ == "__main__":
    folder = instance_folder("unit", Path(sys.argv[1]))
    folder.logs.mkdir(parents=True, exist_ok=True)
    lock = InstanceLock.try_acquire(folder.lock)
    supervisor = supervise(folder, small_engine(folder))
    with signals_interrupt():
        try:
            supervisor.start()
            supervisor.watch()
        except KeyboardInterrupt:
            pass
        finally:
            supervisor.stop()
