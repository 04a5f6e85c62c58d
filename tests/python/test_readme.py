"""The README's Python, as printed, on files made for it."""
import contextlib
import io
import json
import os
import pathlib
import re
import socket
import tempfile
import unittest

from built import networked
from test_checkup import MAIL, PROFILE

ROOT = pathlib.Path(__file__).resolve().parents[2]
OFFICE = dict(PROFILE, accounts=[dict(PROFILE["accounts"][0], id="info",
                                      store=None)], stores=[])
del OFFICE["accounts"][0]["store"]
ATTACHED = (b'Content-Type: multipart/mixed; boundary="b"\n\n--b\n'
            b"Content-Disposition: attachment; filename=a.pdf\n\nhi\n--b--\n")


@unittest.skipUnless(networked(), "built without a network")
class Readme(unittest.TestCase):
    def test_its_python_works_as_printed(self):
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
        with socket.create_server(("127.0.0.1", 0)) as s:
            port = s.getsockname()[1]  # where nobody is, afterwards
        code = code.replace("imaps://ann@mail.example.org",
                            f"imap://ann@127.0.0.1:{port}")
        was, out = os.getcwd(), io.StringIO()
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            try:
                os.symlink(ROOT / "examples", "examples")
                with open("office.json", "w") as f:
                    json.dump(OFFICE, f)
                with open("broken.mbox", "wb") as f:
                    f.write(MAIL.replace(b"\n\nhi\n", b"\n" + ATTACHED))
                    f.write(bytes(64))
                with contextlib.redirect_stdout(out):
                    exec(compile(code, "README.md", "exec"), {})
                self.assertTrue(os.path.exists("saved.mbox"))
            finally:
                os.chdir(was)
        for told in ("server_outage", "damaged", "store.zero-tail",
                     "ann@example.org one", "connect", "申し訳"):
            self.assertIn(told, out.getvalue())


if __name__ == "__main__":
    unittest.main()
