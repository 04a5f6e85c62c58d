"""The package as help() shows it."""
import inspect
import pydoc
import unittest

import mailguard


def documented(thing):
    """Has it a docstring of its own, not one that dataclass made up?"""
    doc = (thing.__doc__ or "").strip()
    return bool(doc) and not doc.startswith(f"{thing.__name__}(")


def members(cls):
    """Its own public methods and properties."""
    for name, member in vars(cls).items():
        if isinstance(member, (classmethod, staticmethod)):
            member = member.__func__
        if not name.startswith("_") and (
                inspect.isfunction(member) or isinstance(member, property)):
            yield name, member


class Package(unittest.TestCase):
    def test_every_public_name_has_a_docstring(self):
        for name in mailguard.__all__:
            thing = getattr(mailguard, name)
            self.assertTrue(documented(thing), name)
            if not inspect.isclass(thing):
                continue
            for member, value in members(thing):
                self.assertTrue((value.__doc__ or "").strip(),
                                f"{name}.{member}")

    def test_every_module_and_class_below_has_one(self):
        for name, module in vars(mailguard).items():
            if not inspect.ismodule(module) or name in ("core", "_core"):
                continue
            self.assertTrue(module.__doc__, name)
            for below, thing in vars(module).items():
                if inspect.isclass(thing) and \
                        thing.__module__ == module.__name__:
                    self.assertTrue(documented(thing), f"{name}.{below}")

    def test_what_is_public_is_listed(self):
        public = {name for name, thing in vars(mailguard).items()
                  if not name.startswith("_") and not inspect.ismodule(thing)}
        self.assertEqual(public, set(mailguard.__all__))
        self.assertEqual(len(public), len(mailguard.__all__))

    def test_help_names_every_function(self):
        text = pydoc.plain(pydoc.render_doc(mailguard))
        overview = mailguard.__doc__
        for name in mailguard.__all__:
            thing = getattr(mailguard, name)
            self.assertIn(name, text)
            if inspect.isfunction(thing) and name not in (
                    "version", "endpoint"):
                self.assertIn(name + "(", overview)


if __name__ == "__main__":
    unittest.main()
