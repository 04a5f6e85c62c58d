"""The server that ships with the examples: every fault on a port of its own."""
import json

import lab

SLOW = 800  # milliseconds by which the late answers are late


class Scripted(lab.Server):
    """`ports["imap"]` is well, `ports["imap/greeting-stall"]` is not."""

    name = "scripted"

    def __init__(self, slow=SLOW):
        super().__init__()
        self.slow = slow

    def prepare(self):
        self.program = lab.build_folder() / "bin" / "mailguard-demo-server"
        if not self.program.exists():
            raise lab.CannotStart(f"{self.program} is not built")

    def command(self):
        (self.folder / "output").write_bytes(b"")
        return [str(self.program), "--folder", str(self.folder), "--slow",
                str(self.slow)]

    def is_up(self):
        said = (self.folder / "output").read_text()
        if not said.endswith("\n") or not said.startswith("{"):
            return False
        ports = json.loads(said)
        self.ca = ports.pop("ca")
        self.ports = ports
        return True
