#!/usr/bin/python3
"""Who may know whom: the floors of docs/ARCHITECTURE.md, enforced.

Usage: layers.py ROOT [--objects FOLDER]

Sources are read for their includes; with --objects, `nm` reads the symbols
that each room's objects leave to others. One line for each violation.
"""
import argparse
import os
import re
import subprocess
import sys

# Headers that are not named after their room.
HEADER_ROOM = {"export": "base", "reasons": "classify"}
UMBRELLA_ROOM = "report"

# Third parties and system calls, and the rooms that may know them.
LIBRARIES = [
    # what               headers                      symbols             rooms
    ("libxml2", r"libxml/", r"(xml|html)[A-Z]\w*|xml", {"base"}),
    ("jansson", r"jansson", r"json\w*_\w+", {"base"}),
    ("iconv", r"iconv\.h", r"iconv(_open|_close)?", {"base"}),
    ("sqlite", r"sqlite3", r"sqlite3_\w+", {"base"}),
    ("libarchive", r"archive", r"archive_\w+", {"base"}),
    ("libdeflate", r"libdeflate", r"libdeflate_\w+", {"base"}),
    ("libidn2", r"idn2", r"idn2_\w+", {"base"}),
    ("libpsl", r"libpsl", r"psl_\w+", {"base"}),
    ("utf8proc", r"utf8proc", r"utf8proc_\w+", {"base"}),
    ("libssl", r"openssl/(ssl|x509|ocsp|bio)",
     r"(SSL|X509|OCSP|BIO|TLS)_\w+|i2d_\w+|d2i_\w+", {"net"}),
    ("libcrypto", r"openssl/", r"(EVP|OPENSSL|CRYPTO|RAND|ERR|OSSL)_\w+",
     {"base", "net"}),
    ("c-ares", r"ares", r"ares_\w+", {"net"}),
    ("libcurl", r"curl/", r"curl_\w+", {"net"}),
    ("sockets", r"(sys/(socket|epoll|un)|poll|netdb|netinet/.*|arpa/.*)\.h",
     r"socket|connect|bind|listen|accept4?|sendto|sendmsg|recv(from|msg)?|"
     r"shutdown|[gs]etsockopt|getsockname|getpeername|p?poll|epoll_\w+|select",
     {"net"}),
    ("clocks", None, r"clock_gettime|gettimeofday|timespec_get", {"base"}),
    ("randomness", r"sys/random", r"getrandom|getentropy", {"base"}),
]

# Nobody's: a guest in the host's process leaves these alone.
BANNED_HEADERS = r"(ctype|wctype|locale|signal|pthread|threads|alloca|assert|" \
    r"libintl|syslog|sys/mman|netdb|spawn)\.h"
BANNED = set("""
    malloc calloc realloc reallocarray free strdup strndup aligned_alloc
    posix_memalign asprintf vasprintf getline getdelim open_memstream
    mmap mmap64 mremap munmap
    getenv secure_getenv setenv putenv unsetenv environ
    setlocale newlocale uselocale localeconv strcoll strxfrm strtod strtof
    strtold atof strcasecmp strncasecmp tolower toupper __ctype_b_loc
    __ctype_tolower_loc __ctype_toupper_loc
    time localtime localtime_r gmtime gmtime_r ctime ctime_r asctime strftime
    mktime tzset sleep usleep nanosleep alarm
    rand srand random srandom rand_r drand48 lrand48
    strerror strerror_r __xpg_strerror_r perror
    strcpy strcat sprintf vsprintf strtok strtok_r atoi atol atoll gets stpcpy
    printf vprintf puts putchar putc fputs fputc fprintf vfprintf dprintf
    stdout stderr stdin syslog openlog
    exit _exit _Exit quick_exit abort atexit __assert_fail
    fork vfork execl execv execve execvp execlp posix_spawn posix_spawnp system
    popen pthread_create thrd_create signal sigaction sigprocmask raise kill
    umask chdir fchdir dlopen dlsym
    getaddrinfo getnameinfo gethostbyname gethostbyaddr inet_addr inet_aton
""".split())
# The one place where the default allocator lives.
EXCEPTIONS = {
    "base/handle.c": {"realloc", "free"},
    "base/mem.c": {"realloc", "free"},
}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
ALLOCA = re.compile(r"\b(?:__builtin_)?alloca\s*\(")


class Room:
    def __init__(self, name, floor, built, leans):
        self.name, self.floor, self.built, self.leans = (
            name, floor, built, leans)


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def rooms_of(root):
    """The table of rooms in docs/ARCHITECTURE.md."""
    rooms = {}
    row = re.compile(r"^\| (\d) \| `(\w+)` \| (built|planned) \| .* \| "
                     r"([^|]+) \|$", re.M)
    for floor, name, state, leans in row.findall(
            read(os.path.join(root, "docs", "ARCHITECTURE.md"))):
        rooms[name] = Room(name, int(floor), state == "built", leans.strip())
    for room in rooms.values():
        upto = re.fullmatch(r"all of floors 0–(\d)", room.leans)
        if room.leans == "all below":
            top = room.floor - 1
        elif upto:
            top = int(upto.group(1))
        elif room.leans == "nothing":
            top = -1
        else:
            room.leans = set(re.split(r"\s*,\s*", room.leans))
            continue
        room.leans = {r.name for r in rooms.values() if r.floor <= top}
    return rooms


def check_table(rooms, root):
    for room in rooms.values():
        for other in sorted(room.leans):
            if other not in rooms:
                yield f"table: {room.name} leans on unknown room {other}"
            elif rooms[other].floor >= room.floor:
                yield f"table: {room.name} leans on {other}, not below it"
    if not rooms:
        yield "table: docs/ARCHITECTURE.md has no table of rooms"
    folder = os.path.join(root, "libmailguard")
    for name in sorted(os.listdir(folder)):
        if not os.path.isdir(os.path.join(folder, name)):
            continue
        if name not in rooms:
            yield f"libmailguard/{name}: unknown room"
        elif not rooms[name].built and sources(root, f"libmailguard/{name}"):
            yield f"libmailguard/{name}: has code, but the table says planned"
    yield from check_cmake(rooms, root)


def check_cmake(rooms, root):
    path = os.path.join(root, "libmailguard", "CMakeLists.txt")
    said = {}
    for args in re.findall(r"^mg_room\(([^)]*)\)", read(path), re.M):
        words = args.split()
        after = words[words.index("ROOMS") + 1:] if "ROOMS" in words else []
        for word in ("LIBS", "ALSO", "BUT"):
            if word in after:
                after = after[:after.index(word)]
        said[words[0]] = set(after)
    for name, leans in said.items():
        if name not in rooms:
            yield f"mg_room({name}): unknown room"
            continue
        may = {r for r in rooms[name].leans
               if r in rooms and rooms[r].built}
        if leans != may:
            yield (f"mg_room({name}): ROOMS {sorted(leans)}, but the table "
                   f"says {sorted(may)}")
    for room in rooms.values():
        if room.built and room.name not in said:
            yield f"{room.name}: built, says the table, but has no mg_room()"


def sources(root, folder):
    found = []
    for at, _, names in os.walk(os.path.join(root, folder)):
        found += [os.path.relpath(os.path.join(at, n), root)
                  for n in sorted(names) if n.endswith((".c", ".h", ".inc"))]
    return sorted(found)


def room_of_file(path, rooms):
    """The room a source file belongs to; None for the examples."""
    parts = path.split("/")
    if parts[0] == "libmailguard":
        return parts[1] if len(parts) > 2 else UMBRELLA_ROOM
    if parts[0] == "include":
        if len(parts) == 2:
            return UMBRELLA_ROOM
        stem = os.path.splitext(parts[2])[0]
        return HEADER_ROOM.get(stem, stem)
    return None


def room_of_include(path, bracket, what):
    """The room an include reaches into, or None if it is no room's."""
    if what.startswith("mailguard/") or what == "mailguard.h":
        return room_of_file("include/" + what, None)
    if bracket == "<":
        return None
    if ".." in what.split("/"):
        what = os.path.normpath(os.path.join(os.path.dirname(path), what))
        return room_of_file(what, None) or what
    return what.split("/")[0] if "/" in what else None


def check_include(path, me, bracket, what, rooms):
    other = room_of_include(path, bracket, what)
    if me is None:  # an example
        if bracket == '"' and "/" in what:
            return f"{path}: {what}: examples use public headers only"
        return None
    if other is not None:
        if other == me:
            return None
        if other not in rooms:
            return f"{path}: {what}: unknown room {other}"
        if other not in rooms[me].leans:
            return f"{path}: {what}: {me} may not know {other}"
        if rooms[me].built and not rooms[other].built:
            return f"{path}: {what}: {other} is only planned"
        return None
    if bracket == "<" and re.fullmatch(BANNED_HEADERS, what):
        return f"{path}: {what}: banned header"
    for library, header, _, may in LIBRARIES:
        if bracket == "<" and header and re.match(header, what):
            if path.startswith("include/"):
                return f"{path}: {what}: a public header shows {library}"
            return None if me in may else (
                f"{path}: {what}: {me} may not know {library}")
    return None


def check_sources(rooms, root):
    files = [f for d in ("libmailguard", "include", "examples")
             for f in sources(root, d)]
    for path in files:
        me = room_of_file(path, rooms)
        if me is not None and me not in rooms:
            yield f"{path}: unknown room {me}"
            continue
        text = COMMENT.sub("", read(os.path.join(root, path)))
        for bracket, what in INCLUDE.findall(text):
            wrong = check_include(path, me, bracket, what, rooms)
            if wrong:
                yield wrong
        if me is not None and ALLOCA.search(text):
            yield f"{path}: alloca: banned function"


def nm(path, *options):
    out = subprocess.run(["nm", *options, "--format=posix", path], text=True,
                         capture_output=True, check=True).stdout
    return [line.split()[0] for line in out.splitlines() if line.split()]


def plain(symbol):
    """The function behind a fortified, versioned or renamed symbol."""
    symbol = symbol.split("@")[0]
    m = re.fullmatch(r"__(\w+)_chk", symbol)
    return m.group(1) if m else re.sub(r"^__isoc99_", "", symbol)


def objects_of(folder):
    for at, _, names in os.walk(folder):
        m = re.search(r"room_(\w+)\.dir", at)
        for n in sorted(names):
            if m and n.endswith(".o"):
                tail = at[m.end() + 1:]
                yield m.group(1), f"{tail}/{n[:-2]}", os.path.join(at, n)


def check_symbol(name, me, path, symbol, owner, rooms):
    at = f"{me}: {path}: {symbol}"
    other = owner.get(symbol)
    if other:
        if other != me and other not in rooms[me].leans:
            return f"{at}: {me} may not know {other}"
        return None
    if name in BANNED and name not in EXCEPTIONS.get(path, ()):
        return f"{at}: banned function"
    for library, _, pattern, may in LIBRARIES:
        if re.fullmatch(pattern, name):
            return None if me in may else f"{at}: {me} may not know {library}"
    return None


def check_objects(rooms, folder):
    objects = list(objects_of(folder))
    owner = {}
    for room, _, path in objects:
        for symbol in nm(path, "--defined-only", "--extern-only"):
            owner[symbol] = room
    for room in rooms.values():
        if room.built and not any(o[0] == room.name for o in objects):
            yield f"{room.name}: built, says the table, but has no objects"
    for room, source, path in objects:
        if room not in rooms:
            yield f"{source}: objects of unknown room {room}"
            continue
        for symbol in nm(path, "--undefined-only"):
            wrong = check_symbol(plain(symbol), room, source, symbol, owner,
                                 rooms)
            if wrong:
                yield wrong


def check(root, objects=None):
    rooms = rooms_of(root)
    wrong = list(check_table(rooms, root))
    wrong += check_sources(rooms, root)
    if objects:
        wrong += check_objects(rooms, objects)
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root")
    parser.add_argument("--objects")
    args = parser.parse_args()
    wrong = check(args.root, args.objects)
    for line in wrong:
        print(line)
    print(f"layers: {len(wrong)} violations" if wrong else "layers: in order")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
