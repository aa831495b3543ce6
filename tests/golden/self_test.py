#!/usr/bin/env python3
"""Tests of the test runners (run.py, drop_rule.py, ../docs/run_blocks.py) with a program that is a few lines of bash."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
RUN = HERE / "run.py"
DROP = HERE / "drop_rule.py"
BLOCKS = HERE.parent / "docs" / "run_blocks.py"

FAKE_ATOM = r"""#!/usr/bin/env bash
case "$*" in
    hello) echo hello ;;
    warn) echo careful >&2 ;;
    refuse) echo "no such thing" >&2; exit 2 ;;
    home) echo "${ATOM_HOME-none} ${ATOM_STRAY-none}" ;;
    took) echo '{"id": 1, "seconds": 0.4375}' ;;
    write*) mkdir -p out; printf '%b' "$3" > "out/$2" ;;
    lines) printf 'one\n\n\n# two\n$ three\n\\four\n\n' ;;
    half) printf 'half' ;;
    rules) grep -h '^name' jobs/*.toml ;;
    changed) grep -h '^changed' jobs/*.toml ;;
    "-C "*" check") ! grep -q 'name = "needed"' "$2"/jobs/whole.toml && { echo "needed is not there"; exit 2; }; exit 0 ;;
    *) echo "fake atom: $*" >&2; exit 99 ;;
esac
"""


class Runners(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="atom-self-test-")
        self.addCleanup(folder.cleanup)
        self.top = Path(folder.name)
        self.atom = self.file("bin/atom", FAKE_ATOM)
        self.atom.chmod(0o755)
        self.file("pack/jobs/a.toml", 'job = "a"\n')
        self.file("pack/layouts/a.toml", 'layout = "a"\n')

    def file(self, name: str, text: str) -> Path:
        path = self.top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return path

    def case(self, session: str, name: str = "case", **files: str) -> Path:
        self.file(f"{name}/README.md", f"# {name}\n")
        self.file(f"{name}/session", session)
        return self.top / name

    def run_script(self, script: Path, *args: object) -> subprocess.CompletedProcess[str]:
        # TMPDIR: whatever a failing case keeps goes with this test
        return subprocess.run([sys.executable, script, "--atom", self.atom, *map(str, args)], capture_output=True, text=True, check=False,
                              env={"PATH": "/usr/local/bin:/usr/bin:/bin", "TMPDIR": str(self.top), "ATOM_STRAY": "stray", "LC_ALL": "C.UTF-8"})

    def golden(self, *args: object) -> subprocess.CompletedProcess[str]:
        return self.run_script(RUN, "--pack", self.top / "pack", *args)

    def passes(self, session: str) -> None:
        done = self.golden(self.case(session))
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        self.assertEqual(list(self.top.glob("atom-*")), [], "no sandbox stays behind")

    def fails(self, session: str, *says: str) -> None:
        done = self.golden(self.case(session))
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        for text in says:
            self.assertIn(text, done.stdout)


class Golden(Runners):
    def test_all_marks(self) -> None:
        self.passes("# about\n\n$ atom hello\nhello\n# between\n$ atom warn\n! careful\n\n$ atom refuse\n! no such thing\n? 2\n")

    def test_special_lines_and_blank_lines(self) -> None:
        self.passes("$ atom lines\none\n\n\n\\# two\n\\$ three\n\\\\four\n\\\n\n$ atom half\nhalf\n(no newline at the end)\n")

    def test_one_shell(self) -> None:
        self.passes("$ mkdir a && cd a && export X=1\n$ pwd; echo $X\n$PWD/a\n1\n$ cat <<END\n> two $X\n> END\ntwo 1\n$ cat\n")

    def test_environment(self) -> None:
        self.passes("$ atom home\n$PWD none\n")

    def test_normalised(self) -> None:
        self.passes('$ atom took\n{"id": 1, "seconds":0}\n$ atom took\n{"id": 1, "seconds": 7}\n$ printf \'a\\r\\n\\377\\n\'\na␍\n\\\\xff\n')

    def test_pack_or_own_jobs(self) -> None:
        self.passes("$ ls\njobs\nlayouts\n")
        self.file("case/jobs/own.toml", "")
        self.file("case/in/x.txt", "x")
        self.file("case/out/.empty", "")
        self.passes("$ ls -A . jobs out\n.:\nin\njobs\nout\n\njobs:\nown.toml\n\nout:\n")

    def test_background_job_does_not_outlive(self) -> None:
        self.passes("$ sleep 1000 & echo $! > $TMPDIR/pid\n$ kill -0 $(cat $TMPDIR/pid)\n")
        status = Path("/proc", (self.top / "pid").read_text().strip(), "stat")
        self.assertTrue(not status.exists() or status.read_text().split()[2] == "Z")

    def test_wrong_stdout(self) -> None:
        self.fails("$ atom hello\nhallo\n", "session:1: $ atom hello", "-hallo\n+hello", "the sandbox is kept: ")
        self.assertTrue(list(self.top.glob("atom-case-*/workspace/jobs")))
        self.fails("$ atom hello\n", "+hello")
        self.fails("$ atom hello\nhello\nhello\n", "-hello")
        self.fails("$ atom hello\nhello \n", "-hello ")
        self.fails("$ atom half\nhalf\n", "+(no newline at the end)")

    def test_blank_lines_count(self) -> None:
        self.fails("$ atom lines\none\n\n\\# two\n\\$ three\n\\\\four\n\\\n", "+")
        self.fails("$ atom lines\none\n\n\n\\# two\n\\$ three\n\\\\four\n\n", "+\\")

    def test_wrong_stderr(self) -> None:
        self.fails("$ atom warn\n", "+! careful")
        self.fails("$ atom hello\nhello\n! careful\n", "-! careful")

    def test_wrong_exit_code(self) -> None:
        self.fails("$ atom refuse\n! no such thing\n", "+? 2")
        self.fails("$ atom refuse\n! no such thing\n? 1\n", "-? 1\n+? 2")
        self.fails("$ atom hello\nhello\n? 1\n", "-? 1")
        self.fails("$ exit 3\n$ atom hello\nhello\n", "+? 3", "the shell has ended")

    def test_later_command(self) -> None:
        self.fails("$ atom hello\nhello\n\n$ atom hello\nhullo\n", "session:4: ")

    def test_too_slow(self) -> None:
        done = self.golden("--timeout", "0.2", self.case("$ sleep 1000\n"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("no end after 0.2 s", done.stdout)

    def test_files(self) -> None:
        session = "$ atom write a.csv 'x;y\\r\\n'\n"
        self.file("case/expect/out/a.csv", "x;y\r\n")
        self.passes(session)
        self.file("case/expect/out/a.csv", "x;y\n")
        self.fails(session, "out/a.csv: differs", "-x;y\\n", "+x;y\\r\\n")

    def test_missing_file(self) -> None:
        self.file("case/expect/out/a.csv", "x")
        self.fails("$ true\n", "out/a.csv: is not there")

    def test_extra_file(self) -> None:
        self.file("case/expect/out/.empty", "")
        self.passes("$ true\n")
        self.fails("$ atom write b.csv x\n", "out/b.csv: is there and should not be")

    def test_update(self) -> None:
        case = self.case("# first\n$ atom lines\n\n# then\n$ cat <<END\n> END\nold\n$ atom refuse\n$ atom write a.csv new\n")
        kept = self.file("case/expect/out/a.csv", "old")
        self.file("case/expect/more/.empty", "")
        self.assertEqual(self.golden("--update", case).returncode, 0)
        self.assertEqual((case / "session").read_text(), "# first\n$ atom lines\none\n\n\n\\# two\n\\$ three\n\\\\four\n\\\n\n# then\n$ cat <<END\n> END\n"
                         "$ atom refuse\n! no such thing\n? 2\n$ atom write a.csv new\n")
        self.assertEqual(kept.read_text(), "new")
        self.assertEqual(self.golden(case).returncode, 0)

    def test_broken_cases(self) -> None:
        self.fails("hello\n", "case/session:1: before the first command")
        self.fails("$ atom hello\n# so\nhello\n", "case/session:3: output after a comment")
        self.fails("$ atom hello\nhello\n? two\n", "case/session:3: '? '")
        self.fails("# nothing\n", "no command")
        (self.top / "case/README.md").unlink()
        done = self.golden(self.top / "case")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no README.md", done.stdout)

    def test_one_bad_case_of_two(self) -> None:
        good = self.case("$ atom hello\nhello\n", "good")
        done = self.golden(good, self.case("$ atom hello\n", "bad"), good)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout.count("FAILED"), 1)


class DropRule(Runners):
    JOB = ('job = "whole"\n[[rule]]\nname = "needed"\nsql = """\n[[rule]]\nnot one\n"""\n\n[[rule]]\nname = "first" # """\n[rule.set_old]\na = "1"\n\n'
           '[[rule]]\nname = "second"\nchanged = "first"\n[other]\nx = 1\n')

    def setUp(self) -> None:
        super().setUp()
        self.file("pack/jobs/whole.toml", self.JOB)

    def drop(self, *args: object) -> subprocess.CompletedProcess[str]:
        return self.run_script(DROP, "--pack", self.top / "pack", *args)

    def test_every_rule_missed(self) -> None:
        done = self.drop("--only", "whole/first", "--only", "whole/second",
                         self.case("$ atom rules | grep -v needed\nname = \"first\" # \"\"\"\nname = \"second\"\n"))
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        self.assertIn("2 rules, 0 that no case misses", done.stdout)

    def test_rule_that_nobody_misses(self) -> None:
        done = self.drop("--only", "whole/first", "--only", "whole/second", self.case("$ atom rules | grep second\nname = \"second\"\n"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("whole/first: no case notices that it is gone", done.stdout)
        self.assertNotIn("whole/second", done.stdout)

    def test_changed_goes_too(self) -> None:
        done = self.drop("--only", "whole/first", self.case("$ atom changed\nchanged = \"first\"\n"))
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_pack_that_is_not_valid_without_it(self) -> None:
        done = self.drop("--only", "whole/needed", self.case("$ atom rules | grep -c needed\n1\n"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("whole/needed: without it the pack is not valid, so no case can tell: needed is not there", done.stdout)

    def test_case_that_fails_anyway(self) -> None:
        done = self.drop("--only", "whole/first", self.case("$ atom hello\nhullo\n"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("fails with the whole pack", done.stdout)

    def test_case_with_jobs_of_its_own_is_no_witness(self) -> None:
        self.file("case/jobs/own.toml", "")
        done = self.drop("--only", "whole/first", self.case("$ atom hello\nhullo\n"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("no case notices", done.stdout)


class Blocks(Runners):
    def setUp(self) -> None:
        super().setUp()
        self.file("dev", "#!/bin/sh\necho 'usage:'\necho '  ./dev test [--x]   tests'\n").chmod(0o755)
        self.file("fixtures/a/in.txt", "in\n")

    def blocks(self, readme: str, *args: object) -> subprocess.CompletedProcess[str]:
        self.page = self.file("README.md", readme)
        return self.run_script(BLOCKS, "--root", self.top, *args)

    def test_good_page(self) -> None:
        done = self.blocks("# A\n```console\n$ mkdir shop && cd shop\n$ atom home\nnone none\n```\ntext\n```console\n$ cat ../fixtures/a/in.txt\nin\n"
                           "$ pwd\n$PWD/shop\n$ ./dev test --x\n```\n```toml\na = 1\n```\n```sh\nmake\n```\n")
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)

    def test_wrong_output(self) -> None:
        done = self.blocks("# A\n\n```console\n$ atom hello\nhullo\n```\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn("README.md:4: $ atom hello", done.stdout)
        self.assertIn("-hullo\n+hello", done.stdout)

    def test_pages_below_docs(self) -> None:
        self.file("docs/a/b.md", "```console\n$ atom hello\n```\n")
        self.assertIn("docs/a/b.md:2:", self.blocks("# A\n").stdout)

    def test_blocks_that_nobody_runs(self) -> None:
        for block in ("```console no-run\n$ x\n```\n", "```\n$ x\n```\n", "```text\n$ x\n```\n", "```sh\natom run\n```\n", "```bash title\n  sudo atom run\n```\n"):
            done = self.blocks(block)
            self.assertEqual(done.returncode, 1, block)
            self.assertIn("README.md:", done.stdout)

    def test_dev_command_that_is_not_there(self) -> None:
        self.assertIn("./dev has no command 'fly'", self.blocks("```console\n$ ./dev fly\n```\n").stdout)
        self.assertEqual(self.blocks("```console\n$ ./dev test\nall is well\n```\n").returncode, 1)

    def test_block_without_end(self) -> None:
        self.assertIn("README.md:1: the block has no end", self.blocks("```console\n$ atom hello\n").stdout)

    def test_update(self) -> None:
        self.assertEqual(self.blocks("a\n```console\n$ atom hello\nold\nolder\n```\nb\n```console\n$ atom warn\n```\n", "--update").returncode, 0)
        self.assertEqual(self.page.read_text(), "a\n```console\n$ atom hello\nhello\n```\nb\n```console\n$ atom warn\n! careful\n```\n")


if __name__ == "__main__":
    unittest.main()
