"""python3 -m edgefusion_training <verb> ..."""

import sys

from .cli import main

sys.exit(main())
