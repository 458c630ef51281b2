"""Figures, each measured in one run, on one thread a process."""

import os

# Before NumPy is imported. Products as small as a hash's are slower on several threads than on one, by far
# where the cores are busy.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
