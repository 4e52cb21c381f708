"""First code of a function's process: binds its life to LocalStack's, then becomes the runtime client.

Run as a file by the function's interpreter: `python start_function.py HANDLER`, in the task root.
"""

import ctypes
import os
import runpy
import signal
import sys

PR_SET_PDEATHSIG = 1

parent = int(os.environ.pop("FANOUT_LAMBDA_PARENT"))
if sys.platform == "linux":
    # Even a kill -9 of LocalStack takes this process with it.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("LocalStack ended while this function was being started")
sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]  # as `python -m` would have it, and not this file's folder
runpy.run_module("awslambdaric", run_name="__main__", alter_sys=True)
