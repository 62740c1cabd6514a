# Copyright PythonPlus contributors.
"""Tests of base/packages with a made-up apt.

usage: python3 base/test_packages.py
"""
import os
import unittest

from basetest import BaseTest

SOURCES = "Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm\nComponents: main\n"
# Puts two packages into the private cache, as apt-get --download-only does.
APT_GET = """\
echo "$*" >>"$CALLS"
for word; do
    case $word in
    -c=*) conf=${word#-c=}; cp "$conf" "$CALLS.conf" ;;
    Dir::Etc::sourcelist=*) cat "${word#*=}" >>"$CALLS.lists" ;;
    update) [ -z "$FAIL_UPDATE" ] || { echo "E: $FAIL_UPDATE"; exit 100; } ;;
    install)
        archives=$(sed -n 's/^Dir::Cache::archives "\\(.*\\)";/\\1/p' "$conf")
        cp "$DEBS"/*.deb "$archives" ;;
    esac
done
"""
APT_CONFIG = """echo "list='$PWD/etc/sources.list'; parts='$PWD/etc/sources.list.d/'" """
# A package here is a tar file.
DPKG_DEB = 'cat "$2"\n'


class PackagesTest(BaseTest):
    def setUp(self):
        super().setUp()
        for name, text in (("apt-get", APT_GET), ("apt-config", APT_CONFIG),
                           ("dpkg-deb", DPKG_DEB)):
            self.tool(name, text)
        self.write("etc/sources.list.d/x.sources", SOURCES)
        self.list = self.write("list", "# words\npython3-one   # more\nserver\n")
        for name in "python3-one_1_all", "libtwo_1_amd64", "server_1_amd64", "passwd_1_amd64":
            self.package(name)
        self.env.update(CALLS=str(self.folder / "calls"), DEBS=str(self.folder / "debs"),
                        FAIL_UPDATE="")

    def package(self, name):
        """Make a package with one program, which may be set-user-ID."""
        import tarfile
        program = self.write(f"made/{name}", name)
        program.chmod(0o4755)
        (self.folder / "debs").mkdir(exist_ok=True)
        with tarfile.open(self.folder / "debs" / f"{name}.deb", "w") as tar:
            tar.add(program, f"./usr/bin/{name}")

    def fetch(self, *args):
        return self.succeed("packages", *args, self.list, "out")

    def calls(self):
        path = self.folder / "calls"
        return path.read_text() if path.exists() else ""

    def extracted(self):
        return sorted(os.listdir(self.folder / "out/usr/bin"))


class Extracting(PackagesTest):
    def test_what_programs_load_and_nothing_that_sets_up_a_system(self):
        self.fetch()
        self.assertEqual(self.extracted(), ["libtwo_1_amd64", "python3-one_1_all",
                                            "server_1_amd64"])

    def test_no_set_user_id(self):
        self.fetch()
        self.assertFalse((self.folder / "out/usr/bin/server_1_amd64").stat().st_mode & 0o6000)

    def test_private_configuration(self):
        self.fetch()
        self.assertIn("Types: deb\nURIs: http://mirror.example/debian\nSuites: trixie\n",
                      (self.folder / "calls.lists").read_text())
        self.assertIn("--download-only install python3-one server", self.calls())
        self.assertIn("Dir::State::status", (self.folder / "calls.conf").read_text())

    def test_second_run_does_nothing(self):
        self.fetch()
        calls, made = self.calls(), os.stat(self.folder / "out").st_ino
        self.assertEqual(self.fetch().stderr, "")
        self.assertEqual((self.calls(), os.stat(self.folder / "out").st_ino), (calls, made))

    def test_second_folder_needs_no_network(self):
        self.fetch()
        calls = self.calls()
        self.succeed("packages", self.list, "other")
        self.assertEqual(self.calls(), calls)
        self.assertTrue((self.folder / "other/usr/bin/server_1_amd64").exists())

    def test_fetched_again_when_the_list_or_the_cache_changed(self):
        self.fetch()
        for change in (lambda: self.list.write_text("server\n"),
                       lambda: (self.cached("server_1_amd64.deb").write_text("damaged"),
                                (self.folder / "out/names").unlink())):
            calls = self.calls()
            change()
            self.fetch()
            self.assertGreater(len(self.calls()), len(calls))
        calls = self.calls()
        self.fetch("--refresh")
        self.assertGreater(len(self.calls()), len(calls))

    def cached(self, name):
        return self.folder / "cache/pythonplus/packages-trixie" / name


class Refusing(PackagesTest):
    def refuse_packages(self, message, *args):
        self.refuse(message, "packages", *(args or (self.list, "out")))
        self.assertFalse((self.folder / "out").exists())
        self.assertFalse((self.folder / "out.new").exists())

    def test_arguments(self):
        self.refuse_packages("unknown argument --bogus", "--bogus", self.list, "out")
        self.refuse_packages("usage: base/packages", self.list)
        self.refuse_packages("there is no list of packages none", "none", "out")

    def test_no_network(self):
        self.env["FAIL_UPDATE"] = "could not resolve"
        self.refuse_packages("apt could not fetch the packages: could not resolve .*check the network")
        self.env["FAIL_UPDATE"] = ""
        self.fetch()

    def test_no_archive(self):
        self.write("etc/sources.list.d/x.sources", "")
        self.refuse_packages("apt knows no Debian archive")

    def test_no_tool(self):
        self.tool("dpkg-deb", "exit 1")
        self.refuse_packages("cannot extract .*is the disk full")


if __name__ == "__main__":
    unittest.main()
