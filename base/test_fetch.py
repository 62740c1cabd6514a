# Copyright PythonPlus contributors.
"""Tests of base/fetch with a made-up apt and a made-up curl.

usage: python3 base/test_fetch.py
"""
import os
import pathlib
import subprocess
import unittest

from basetest import BASE, BaseTest, digest

TARBALL = b"a release of CPython" * 50
DEB822 = """\
Types: deb
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: {keyring}

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
Signed-By: {keyring}
"""
# Writes the three files of a source package, as apt-get source does; "update"
# and "source" can be told to fail.
APT_GET = """\
echo "$*" >>"$CALLS"
for word; do
    case $word in
    -c=*) cp "${word#-c=}" "$CALLS.conf" ;;
    Dir::Etc::sourcelist=*) cat "${word#*=}" >>"$CALLS.lists" ;;
    update) [ -z "$FAIL_UPDATE" ] || { echo "E: $FAIL_UPDATE"; exit 100; } ;;
    source)
        cp "$TARBALL" python3.13_3.13.5.orig.tar.xz
        echo patches >python3.13_3.13.5-2.debian.tar.xz
        echo signed >python3.13_3.13.5-2.dsc ;;
    esac
done
"""
APT_CONFIG = """echo "list='$PWD/etc/sources.list'; parts='$PWD/etc/sources.list.d/'" """


class FetchTest(BaseTest):
    def setUp(self):
        super().setUp()
        (self.folder / "good").write_bytes(TARBALL)
        pin = self.write("repo/base/pin", (BASE / "pin").read_text())
        pin.write_text(pin.read_text() + f"BASE_SHA256={digest(TARBALL)}\nBASE_SIZE={len(TARBALL)}\n")
        self.keyring = self.write("keys/debian-archive-keyring.gpg", "keys")
        self.tool("apt-get", APT_GET)
        self.tool("apt-config", APT_CONFIG)
        self.tool("curl", 'echo "$*" >>"$CALLS"; [ -z "$FAIL_CURL" ] || { echo "curl: (6) $FAIL_CURL" >&2; exit 6; }\n'
                          'while [ "$1" != -o ]; do shift; done; cp "$TARBALL" "$2"')
        self.env.update(CALLS=str(self.folder / "calls"), TARBALL=str(self.folder / "good"),
                        FAIL_UPDATE="", FAIL_CURL="")
        self.sources("x.sources", DEB822.format(keyring=self.keyring))

    def sources(self, name, text):
        self.write(f"etc/sources.list.d/{name}", text)

    def no_sources(self):
        for path in self.folder.glob("etc/sources.list.d/*"):
            path.unlink()

    def calls(self):
        path = self.folder / "calls"
        return path.read_text() if path.exists() else ""

    def fetch(self, *args):
        return pathlib.Path(self.succeed("fetch", *args).stdout.strip())

    def refuse_fetch(self, message, *args):
        done = self.refuse(message, "fetch", *args)
        self.assertEqual(done.stdout, "")
        left = {path.name for path in (self.folder / "cache/pythonplus").glob("*")}
        self.assertLessEqual(left, {"lock", "debian-3.13.5", "upstream-3.13.5"})
        return done


class Debian(FetchTest):
    def test_what_is_kept(self):
        folder = self.fetch()
        self.assertEqual(sorted(os.listdir(folder)), [
            "SHA256SUMS", "python3.13_3.13.5-2.debian.tar.xz", "python3.13_3.13.5-2.dsc",
            "python3.13_3.13.5.orig.tar.xz"])
        self.assertEqual((folder / "python3.13_3.13.5.orig.tar.xz").read_bytes(), TARBALL)

    def test_private_configuration(self):
        self.fetch()
        lists = (self.folder / "calls.lists").read_text()
        self.assertIn("Types: deb-src\nURIs: http://mirror.example/debian\nSuites: trixie\nComponents: main\n"
                      f"Signed-By: {self.keyring}\n", lists)
        self.assertNotIn("security", lists)
        conf = (self.folder / "calls.conf").read_text()
        for option in "Dir::State::lists", "Dir::Cache", 'Dir::Etc::sourceparts "-"', "#clear APT::Update":
            self.assertIn(option, conf)

    def test_no_home(self):
        del self.env["HOME"], self.env["XDG_CACHE_HOME"]
        for home in {}, {"HOME": ""}:
            self.env |= home
            for script, *args in ["fetch"], ["sources", "folder", "x"], ["packages", "good", "folder"]:
                with self.subTest(script=script, home=home):
                    done = self.refuse("^pythonplus: HOME is not set: set it, or XDG_CACHE_HOME, to a "
                                       "folder ", script, *args)
                    self.assertEqual(done.stderr.count("\n"), 1)

    def test_second_run_asks_nobody(self):
        self.fetch()
        calls = self.calls()
        self.fetch()
        self.assertEqual(self.calls(), calls)

    def test_refresh_asks_again(self):
        self.fetch()
        calls = self.calls()
        self.fetch("--refresh")
        self.assertGreater(len(self.calls()), len(calls))

    def test_damaged_cache_is_fetched_again(self):
        for name in "python3.13_3.13.5.orig.tar.xz", "python3.13_3.13.5-2.debian.tar.xz", "SHA256SUMS":
            with self.subTest(file=name):
                (self.fetch() / name).write_text("damaged")
                done = self.succeed("fetch")
                self.assertIn("is damaged: fetching it again", done.stderr)
                self.assertEqual(self.succeed("fetch").stderr, "")

    def test_truncated(self):
        (self.folder / "good").write_bytes(TARBALL[:-1])
        self.refuse_fetch(f"is truncated: {len(TARBALL) - 1} of {len(TARBALL)} bytes")
        (self.folder / "good").write_bytes(TARBALL)
        self.fetch()

    def test_wrong_digest(self):
        (self.folder / "good").write_bytes(TARBALL.upper())
        self.refuse_fetch("is not the base: its sha256 is " + digest(TARBALL.upper()))

    def test_no_network(self):
        self.env["FAIL_UPDATE"] = "Failed to fetch http://mirror.example: could not resolve"
        done = self.refuse_fetch("apt could not fetch .*could not resolve")
        self.assertIn("--with-base=TARBALL|DIRECTORY|upstream", done.stderr)
        self.env["FAIL_UPDATE"] = ""
        self.fetch()

    def test_no_archive(self):
        self.no_sources()
        self.refuse_fetch("apt knows no Debian archive", "--from=debian")

    def test_cache_that_cannot_be_written(self):
        self.write("cache", "a file")
        self.refuse("cannot write", "fetch")


class Upstream(FetchTest):
    def setUp(self):
        super().setUp()
        self.no_sources()

    def test_taken_with_a_warning(self):
        done = self.succeed("fetch")
        self.assertIn("WARNING: the base is upstream's 3.13.5 without Debian's security patches", done.stderr)
        self.assertIn("https://www.python.org/", self.calls())
        self.assertEqual(os.listdir(done.stdout.strip()), ["Python-3.13.5.tar.xz", "SHA256SUMS"])

    def test_warns_each_time(self):
        self.fetch()
        self.assertIn("WARNING", self.succeed("fetch").stderr)

    def test_chosen_though_there_is_an_archive(self):
        self.sources("x.sources", DEB822.format(keyring=self.keyring))
        self.assertEqual(self.fetch("--from=upstream").name, "upstream-3.13.5")

    def test_no_network(self):
        self.env["FAIL_CURL"] = "Could not resolve host"
        self.refuse_fetch("cannot download https://.*Could not resolve host")

    def test_truncated_and_altered(self):
        for data, message in (TARBALL[:9], "is truncated: 9 of"), (TARBALL.upper(), "is not the base"):
            (self.folder / "good").write_bytes(data)
            self.refuse_fetch(message)


class Sources(FetchTest):
    """Which entries of apt's configuration are taken for the Debian archive."""

    def lists(self):
        self.env["FAIL_UPDATE"] = "tried"       # so that every candidate is asked
        self.run_script("fetch", "--from=debian")
        path = self.folder / "calls.lists"
        return path.read_text() if path.exists() else ""

    def check(self, text, name="y.list"):
        self.no_sources()
        (self.folder / "calls.lists").unlink(missing_ok=True)
        self.sources(name, text)
        return [line.split()[1] for line in self.lists().splitlines() if line.startswith("URIs:")]

    def test_one_line_form(self):
        key = "/usr/share/keyrings/debian-archive-keyring.gpg"
        self.assertEqual(self.check("deb http://a.example/debian bookworm main contrib\n"), ["http://a.example/debian"])
        self.assertEqual(self.check(f"deb [arch=amd64 signed-by={key}] http://b.example/debian/ trixie main # said\n"),
                         ["http://b.example/debian/"])
        self.assertIn(f"Signed-By: {key}\n", self.lists())

    def test_several_archives(self):
        self.assertEqual(self.check("deb http://a.example/debian bookworm main\n"
                                    "deb http://a.example/debian bookworm-updates main\n"
                                    "deb http://b.example/debian bookworm main\n"),
                         ["http://a.example/debian", "http://b.example/debian"])

    def test_mirror_list_of_cloud_images(self):
        uri = "mirror+file:///etc/apt/mirrors/debian.list"
        self.assertEqual(self.check(f"Types: deb deb-src\nURIs: {uri}\nSuites: trixie\nComponents: main\n", "y.sources"),
                         [uri])

    def test_key_in_the_file(self):
        text = ("Types: deb\nURIs: http://a.example/debian\nSuites: trixie\nComponents: main\nSigned-By:\n"
                " -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n -----END PGP PUBLIC KEY BLOCK-----\n")
        self.assertEqual(self.check(text, "y.sources"), ["http://a.example/debian"])
        self.assertIn(" .\n abc\n", self.lists())

    def test_entries_that_are_not_the_archive(self):
        for text in ("deb http://a.example/debian-security bookworm-security main\n",
                     "deb http://a.example/linux/debian bookworm stable\n",
                     "deb [signed-by=/usr/share/keyrings/vendor.gpg] http://v.example/debian bookworm main\n",
                     "# deb http://a.example/debian bookworm main\n",
                     "deb http://a.example/ubuntu jammy main\n"):
            with self.subTest(entry=text):
                self.assertEqual(self.check(text), [])

    def test_entry_that_is_switched_off(self):
        self.assertEqual(self.check("Enabled: no\n" + DEB822.format(keyring=self.keyring).split("\n\n")[0], "y.sources"), [])


class Arguments(FetchTest):
    def test_unknown(self):
        self.refuse("unknown argument --nosuch", "fetch", "--nosuch")

    def test_shell_syntax(self):
        for name in "fetch", "packages", "apt.sh", "unpack", "graft", "configure-build", "install", "dist", "help":
            with self.subTest(script=name):
                subprocess.run(["sh", "-n", self.scripts / name], check=True)


if __name__ == "__main__":
    unittest.main()
