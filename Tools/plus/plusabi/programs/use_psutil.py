# Copyright PythonPlus contributors.
"""psutil: what it tells of this process and of its threads. It needs /proc."""
import os
import threading

import psutil
import psutil._psutil_linux

assert psutil._psutil_linux.linux_sysinfo()
if os.path.isdir("/proc/self"):
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    ids = {thread.id for thread in psutil.Process().threads()}
    stop.set()
    thread.join()
    assert ids == {threading.main_thread().native_id, thread.native_id}, ids
