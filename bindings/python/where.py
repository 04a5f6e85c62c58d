"""Print where Python modules go under an installation prefix."""
import re
import sys
import sysconfig


def main():
    scheme = []
    if sys.argv[1] == "/usr" and "deb_system" in sysconfig.get_scheme_names():
        scheme = ["deb_system"]
    bases = ("base", "platbase", "installed_base", "installed_platbase")
    path = sysconfig.get_path("platlib", *scheme, vars=dict.fromkeys(bases, ""))
    print(re.sub("^/(local/)?", "", path))


main()
