"""First code of a function's process: binds its life to LocalStack's, then becomes the runtime client.

Run as a file by the function's interpreter, which may be older than ours: `python start_function.py HANDLER`.
"""

import ctypes
import os
import runpy
import signal
import sys

PR_SET_PDEATHSIG = 1

if sys.platform == "linux":
    # Even a kill -9 of LocalStack takes this process with it.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(os.environ["FANOUT_LAMBDA_PARENT"]):
        sys.exit("LocalStack ended while this function was being started")
del os.environ["FANOUT_LAMBDA_PARENT"]
sys.path[0] = os.getcwd()  # the task root, as `python -m` has it, and not this file's folder
runpy.run_module("awslambdaric", run_name="__main__", alter_sys=True)
