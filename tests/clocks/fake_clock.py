"""The system's clock as one program sees it, moved by libfaketime. Steady time is left alone."""

import os
import tempfile
from pathlib import Path


class FakeClock:
    def __init__(self):
        libraries = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
        if not libraries:
            raise SystemExit("libfaketime is missing: deploy/install-packages tests")
        self.folder = tempfile.TemporaryDirectory(prefix="noroshi-clock-")
        Path(self.folder.name).chmod(0o755)
        self.file = Path(self.folder.name) / "offset"
        self.move_to(0)
        self.environment = {"LD_PRELOAD": str(libraries[0]), "FAKETIME_TIMESTAMP_FILE": str(self.file),
                            "FAKETIME_NO_CACHE": "1", "DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}

    def move_to(self, offset):
        """So many seconds off the real time, from now on."""
        fresh = self.file.with_suffix(".new")
        fresh.write_text(f"{offset:+d}\n", encoding="ascii")
        fresh.chmod(0o644)
        os.replace(fresh, self.file)

    def close(self):
        self.folder.cleanup()
