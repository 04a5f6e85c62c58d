#!/usr/bin/python3
"""layers.py and exports.py must see each kind of violation they exist for.

Each test plants one in a copy of the sources and looks for its message.
"""
import os
import shutil
import subprocess
import tempfile
import unittest

import exports
import layers

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)

# path, text added at its end, what must be said about it
INCLUDES = [
    ("libmailguard/base/mem.c", '#include "proto/line.h"',
     "base may not know proto"),
    ("libmailguard/proto/planted.c", '#include "classify/rules.h"',
     "proto may not know classify"),
    ("libmailguard/proto/planted.c", '#include <mailguard/classify.h>',
     "proto may not know classify"),
    ("libmailguard/proto/planted.c", '#include <mailguard/reasons.h>',
     "proto may not know classify"),
    ("libmailguard/proto/planted.c", '#include "../classify/rules.h"',
     "proto may not know classify"),
    ("libmailguard/proto/deep/planted.c", '#include "../../base/../net/n.h"',
     "proto may not know net"),
    ("libmailguard/proto/planted.c", '#  include  "attic/box.h"',
     "unknown room attic"),
    ("libmailguard/proto/planted.c", '#include <mailguard/attic.h>',
     "unknown room attic"),
    ("libmailguard/diagnose/planted.c", '#include <mailguard.h>',
     "diagnose may not know report"),
    ("libmailguard/checkup/planted.c", '#include <mailguard/history.h>',
     "history is only planned"),
    ("libmailguard/attic/planted.c", "int attic;", "unknown room"),
    ("libmailguard/submit/planted.c", "int submit;", "the table says planned"),
    ("include/mailguard/base.h", '#include <mailguard/proto.h>',
     "base may not know proto"),
    ("include/mailguard/proto.h", '#include <mailguard/diagnose.h>',
     "proto may not know diagnose"),
    ("include/mailguard/attic.h", "int attic;", "unknown room attic"),
    ("include/mailguard/base.h", "#include <jansson.h>",
     "a public header shows jansson"),
    ("libmailguard/proto/planted.c", "#include <jansson.h>",
     "proto may not know jansson"),
    ("libmailguard/diagnose/planted.c", "#include <libxml/tree.h>",
     "diagnose may not know libxml2"),
    ("libmailguard/base/mem.c", "#include <openssl/ssl.h>",
     "base may not know libssl"),
    ("libmailguard/base/mem.c", "#include <openssl/x509.h>",
     "base may not know libssl"),
    ("libmailguard/classify/planted.c", "#include <openssl/evp.h>",
     "classify may not know libcrypto"),
    ("libmailguard/classify/planted.c", "#include <curl/curl.h>",
     "classify may not know libcurl"),
    ("libmailguard/base/mem.c", "#include <sys/socket.h>",
     "base may not know sockets"),
    ("libmailguard/proto/planted.c", "#include <ctype.h>", "banned header"),
    ("libmailguard/base/mem.c", "#include <sys/mman.h>", "banned header"),
    ("libmailguard/proto/planted.c", "void *f(void) { return alloca(8); }",
     "alloca: banned function"),
    ("examples/planted.c", '#include "base/mem.h"', "public headers only"),
]

# the room, C text, what nm must tell; %s is the function that is called
SYMBOLS = [
    ("proto", "mgi_planted_classify", "proto may not know classify"),
    ("base", "mgi_planted_proto", "base may not know proto"),
    ("proto", "json_object", "proto may not know jansson"),
    ("proto", "xmlReadMemory", "proto may not know libxml2"),
    ("classify", "iconv_open", "classify may not know iconv"),
    ("classify", "EVP_sha256", "classify may not know libcrypto"),
    ("base", "SSL_new", "base may not know libssl"),
    ("base", "X509_free", "base may not know libssl"),
    ("base", "ares_init", "base may not know c-ares"),
    ("diagnose", "curl_easy_init", "diagnose may not know libcurl"),
    ("diagnose", "sqlite3_open", "diagnose may not know sqlite"),
    ("base", "socket", "base may not know sockets"),
    ("proto", "clock_gettime", "proto may not know clocks"),
] + [("base", name, "banned function") for name in (
    "malloc", "free", "mmap", "getenv", "strtod", "localtime", "strerror",
    "getaddrinfo", "printf", "__printf_chk", "exit", "fork", "time", "rand",
    "signal", "setlocale", "strcpy", "__strcpy_chk", "pthread_create",
    "__ctype_b_loc", "__assert_fail")]


class Planted(unittest.TestCase):
    def setUp(self):
        tmp = tempfile.TemporaryDirectory()
        self.addCleanup(tmp.cleanup)
        self.root = os.path.join(tmp.name, "root")
        self.objects = os.path.join(tmp.name, "objects")
        for folder in ("libmailguard", "include", "examples"):
            shutil.copytree(os.path.join(ROOT, folder),
                            os.path.join(self.root, folder))
        os.makedirs(os.path.join(self.root, "docs"))
        shutil.copy(os.path.join(ROOT, "docs", "ARCHITECTURE.md"),
                    os.path.join(self.root, "docs"))
        self.before = set(layers.check(self.root))

    def said(self, objects=None):
        return [s for s in layers.check(self.root, objects)
                if s not in self.before]

    def plant(self, path, text):
        path = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "a", encoding="utf-8") as f:
            f.write("\n" + text + "\n")

    def rewrite(self, path, old, new):
        path = os.path.join(self.root, path)
        text = layers.read(path)
        self.assertIn(old, text)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text.replace(old, new, 1))

    def compile(self, room, name, text):
        folder = os.path.join(self.objects, f"room_{room}.dir", room)
        os.makedirs(folder, exist_ok=True)
        subprocess.run(["gcc", "-w", "-fno-builtin", "-x", "c", "-c", "-o",
                        os.path.join(folder, name + ".o"), "-"],
                       input=text, text=True, check=True)

    def compile_rooms(self):
        for name, room in layers.rooms_of(self.root).items():
            if room.built:
                self.compile(name, "own.c",
                             f"int mgi_planted_{name}(void) {{ return 0; }}")

    def assert_seen(self, message, about, objects=None):
        said = self.said(objects)
        hits = [s for s in said if message in s and about in s]
        self.assertTrue(hits, f"nothing said {message!r} of {about}: {said}")

    def test_every_planted_include_is_seen(self):
        for path, text, message in INCLUDES:
            with self.subTest(path=path, text=text):
                there = os.path.join(self.root, path)
                old = layers.read(there) if os.path.exists(there) else None
                self.plant(path, text)
                about = path
                if message in ("unknown room", "the table says planned"):
                    about = os.path.dirname(path)
                self.assert_seen(message, about)
                os.unlink(there)
                if old is not None:
                    self.plant(path, old)
                elif not os.listdir(os.path.dirname(there)):
                    os.rmdir(os.path.dirname(there))

    def test_what_is_in_a_comment_is_no_include(self):
        self.plant("libmailguard/base/planted.c",
                   '/*\n#include "net/ask.h"\n*/\n// #include <ctype.h>')
        self.assertEqual(self.said(), [])

    def test_every_planted_symbol_is_seen(self):
        rooms = layers.rooms_of(self.root)
        self.compile_rooms()
        self.assertEqual(self.said(self.objects), [])
        for room, name, message in SYMBOLS:
            with self.subTest(room=room, name=name):
                self.compile(room, "planted.c",
                             f"void {name}(void);\n"
                             f"void planted(void) {{ {name}(); }}")
                said = list(layers.check_objects(rooms, self.objects))
                os.unlink(os.path.join(self.objects, f"room_{room}.dir", room,
                                       "planted.c.o"))
                self.assertEqual(len(said), 1, said)
                self.assertIn(message, said[0])
                self.assertIn(name, said[0])

    def test_only_the_default_allocator_may_use_libc_memory(self):
        self.compile_rooms()
        self.compile("base", "mem.c", "void *realloc(void *, unsigned long);"
                     "void *f(void) { return realloc(0, 1); }")
        self.assertEqual(self.said(self.objects), [])
        self.compile("base", "buf.c", "void *realloc(void *, unsigned long);"
                     "void *g(void) { return realloc(0, 1); }")
        self.assert_seen("banned function", "base/buf.c", self.objects)

    def test_a_room_without_objects_is_seen(self):
        self.compile_rooms()
        shutil.rmtree(os.path.join(self.objects, "room_proto.dir"))
        self.assert_seen("has no objects", "proto", self.objects)

    def test_a_table_that_leans_upwards_is_seen(self):
        self.rewrite("docs/ARCHITECTURE.md",
                     "known client defects | base, proto, classify |",
                     "known client defects | base, proto, store |")
        self.assert_seen("not below it", "diagnose leans on store")

    def test_cmake_that_says_something_else_is_seen(self):
        self.rewrite("libmailguard/CMakeLists.txt", "mg_room(proto ROOMS base",
                     "mg_room(proto ROOMS base classify")
        self.assert_seen("but the table says", "mg_room(proto)")

    def test_a_page_without_the_table_is_seen(self):
        self.rewrite("docs/ARCHITECTURE.md", "| 0 | `base` |", "| `base` |")
        self.assert_seen("unknown room", "libmailguard/base")


class Exports(unittest.TestCase):
    def setUp(self):
        tmp = tempfile.TemporaryDirectory()
        self.addCleanup(tmp.cleanup)
        self.header = os.path.join(tmp.name, "proto.h")

    def declare(self, text):
        with open(self.header, "w", encoding="ascii") as f:
            f.write(text)
        return exports.declared_in([self.header])

    def test_declarations_are_read_in_every_shape(self):
        self.assertEqual(
            self.declare("#define MAILGUARD_EXTERN(type) extern type\n"
                         "/* MAILGUARD_EXTERN(int) mailguard_not(void); */\n"
                         "MAILGUARD_EXTERN(const char *) mailguard_a_b(\n"
                         "\tint x);\n"
                         "MAILGUARD_EXTERN(mailguard_c *)\nmailguard_c(void);"),
            {"mailguard_a_b": "proto", "mailguard_c": "proto"})

    def test_names_outside_the_table_of_nouns_are_seen(self):
        nouns = exports.nouns_of(ROOT)
        self.assertEqual(nouns["endpoint"], "proto")
        for name, message in [("mailguard_attic_open", "belongs to no room"),
                              ("mailguard_buffer_tip", "the noun is base's"),
                              ("mgi_endpoint_parse", "not mailguard_<noun>")]:
            said = list(exports.check_nouns({name: "proto"}, nouns))
            self.assertEqual(len(said), 1, name)
            self.assertIn(message, said[0])
        self.assertEqual(
            list(exports.check_nouns({"mailguard_endpoint_a": "proto"},
                                     nouns)), [])

    def test_a_function_too_few_or_too_many_is_seen(self):
        self.assertEqual(list(exports.differ("x", {"a", "b"}, {"b", "c"})),
                         ["c: declared, but not in x",
                          "a: in x, but not declared"])


if __name__ == "__main__":
    unittest.main()
