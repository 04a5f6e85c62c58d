"""What every server of the lab has in common: a folder of its own, ports that
nobody has, a start that waits for an answer, an end that leaves nobody behind.

    $ python3 tests/servers/lab.py build/release

starts all of them, prints where they answer, and stops them on Enter.
"""
import ctypes
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

PATIENCE = 20.0  # seconds; a server that is up sooner is used sooner
PR_SET_PDEATHSIG = 1
# Unix sockets lie below it: their paths have 107 bytes and no more.
LONGEST_FOLDER = 64
# What our own servers say if a sanitizer finds fault with them.
COMPLAINTS = "Sanitizer: ", "runtime error: "
IS_ROOT = os.geteuid() == 0


class CannotStart(Exception):
    """The server is not installed, or does not run for this user."""


def build_folder():
    """Where the programs lie: MAILGUARD_BUILD, else the release build."""
    source = pathlib.Path(__file__).resolve().parents[2]
    return pathlib.Path(os.environ.get(
        "MAILGUARD_BUILD", source / "build" / "release")).resolve()


def find_program(name):
    """The path of a program that may lie in an administrator's folder."""
    found = shutil.which(name, path="/usr/sbin:/sbin:" + os.environ["PATH"])
    if not found:
        raise CannotStart(f"{name} is not installed")
    return found


def _is_open_to_all(folder):
    return all(p.stat().st_mode & 0o001 for p in [folder, *folder.parents])


def make_folder(name):
    """An empty folder in the build tree, or in /tmp where the servers' own
    users could not reach it or its path is too long for a socket."""
    place = build_folder().resolve() / "tests" / "servers"
    place.mkdir(parents=True, exist_ok=True)
    if len(str(place / name)) > LONGEST_FOLDER or \
            (IS_ROOT and not _is_open_to_all(place)):
        place = pathlib.Path("/tmp")
    folder = pathlib.Path(tempfile.mkdtemp(prefix=name + ".", dir=place))
    folder.chmod(0o755)
    return folder


def free_ports(count, kind=socket.SOCK_STREAM):
    """Ports that nobody has at this moment. Whoever is late gets others."""
    taken = []
    for _ in range(count):
        s = socket.socket(socket.AF_INET, kind)
        s.bind(("127.0.0.1", 0))
        taken.append(s)
    ports = [s.getsockname()[1] for s in taken]
    for s in taken:
        s.close()
    return ports


def answers(port, host="127.0.0.1", greets=True):
    """Does somebody listen there and, if so, say something?"""
    try:
        with socket.create_connection((host, port), timeout=1) as s:
            s.settimeout(5)
            return not greets or s.recv(1) != b""
    except OSError:
        return False


def _die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _session(pid):
    """The session of a process; None if it is gone or a zombie."""
    try:
        with open(f"/proc/{pid}/stat", encoding="latin-1") as f:
            fields = f.read().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else int(fields[3])


def is_alive(pid):
    return _session(pid) is not None


def members(session, folder):
    """Processes of a session, or at home in a folder."""
    found = []
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit():
            continue
        try:
            home = os.readlink(f"/proc/{entry.name}/cwd")
        except OSError:
            continue
        its_session = _session(entry.name)
        if its_session == session or \
                (its_session and home.startswith(str(folder))):
            found.append(int(entry.name))
    return found


class Server:
    """One server program. `ports` says where it answers once it is up."""

    name = None

    def __init__(self):
        self.folder = None
        self.process = None
        self.ports = {}
        self.ca = None
        self.kept = None  # the folder, if it stayed for its logs

    # What each kind of server says for itself.
    def prepare(self):
        """Look for the program; write what does not depend on ports."""

    def command(self):
        """Choose ports, write the configuration; the command to run."""
        raise NotImplementedError

    def is_up(self):
        """Does every port answer?"""
        return all(answers(port) for port in self.ports.values())

    def start(self):
        if self.process:
            return self
        self.folder = make_folder(self.name)
        try:
            self.prepare()
            for _ in range(3):  # somebody may have taken a port meanwhile
                if self._start_once():
                    return self
            raise RuntimeError(f"{self.name} does not answer:\n{self.log()}")
        except CannotStart:
            self.stop()
            raise
        except BaseException:
            self.stop(keep=True)
            raise

    def _start_once(self):
        command = self.command()
        with open(self.folder / "output", "ab") as output:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output,
                stderr=output, cwd=self.folder, start_new_session=True,
                preexec_fn=_die_with_parent)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self.process.poll() is None:
            if self.is_up():
                return True
            time.sleep(0.05)
        self.halt()
        return False

    def log(self):
        """The last words of the server, for whoever must find out why."""
        words = []
        for path in sorted(self.folder.glob("*log")) + \
                [self.folder / "output"]:
            if path.is_file():
                words.append(path.read_text(errors="replace")[-4000:])
        return "\n".join(words)

    def halt(self):
        """Stop it, then whoever it has started; says who had to be killed."""
        if not self.process:
            return []
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            pass
        self._signal_all(signal.SIGTERM)  # some stay for their clients
        left = self._wait_for_all(5)
        self._signal_all(signal.SIGKILL)
        self._wait_for_all(5)
        self.process.wait()
        self.process = None
        return left

    def _signal_all(self, number):
        for pid in members(self.process.pid, self.folder):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def _wait_for_all(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not members(self.process.pid, self.folder):
                return []
            time.sleep(0.02)
        return members(self.process.pid, self.folder)

    def stop(self, keep=False):
        """Stop it. Its folder goes too, unless its logs are to be kept."""
        left = self.halt()
        said = self.log() if self.folder else ""
        keep = keep or any(word in said for word in COMPLAINTS)
        self.ports = {}
        if self.folder and not keep and not left:
            shutil.rmtree(self.folder)
        elif self.folder:
            self.kept = self.folder
            print(f"{self.name}: logs kept in {self.folder}", file=sys.stderr)
        self.folder = None
        for word in COMPLAINTS:
            if word in said:
                raise RuntimeError(f"{self.name} said:\n{said}")
        if left:
            raise RuntimeError(f"{self.name} left processes behind: {left}")


def main():
    """All servers at once, for trying things out by hand."""
    import dovecot
    import postfix
    import resolver
    import scripted
    if len(sys.argv) > 1:
        os.environ["MAILGUARD_BUILD"] = sys.argv[1]
    imap = dovecot.Dovecot()
    running = []
    try:
        for server in (scripted.Scripted(), imap, postfix.Postfix(imap),
                       resolver.Unbound()):
            try:
                running.append(server.start())
            except CannotStart as why:
                print(f"{server.name}: {why}", file=sys.stderr)
        print(json.dumps({s.name: {"ca": str(s.ca), **s.ports}
                          for s in running}, indent=1), flush=True)
        sys.stdin.readline()
    finally:
        for server in reversed(running):
            server.stop()


if __name__ == "__main__":
    main()
