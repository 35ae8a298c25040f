"""Long steps say how far they are, to a person at a terminal and in a log."""

import io

import build
import mails
from progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_terminal_has_one_line_that_is_removed_at_the_end():
    out = Terminal()
    progress = Progress(out, Clock())
    progress.show("100 of 300 crates")
    progress.show("9 left")
    progress.end()
    lines = out.getvalue().split("\r")
    assert lines[1] == "  100 of 300 crates"
    assert lines[2] == "  9 left".ljust(len(lines[1]))
    assert lines[3].strip() == ""
    assert "\n" not in out.getvalue()


def test_a_log_has_a_line_every_ten_seconds():
    out, clock = io.StringIO(), Clock()
    progress = Progress(out, clock)
    for clock.now in range(25):
        progress.show(f"at {clock.now}")
    progress.end()
    assert out.getvalue() == "  at 10\n  at 20\n"


def test_crates_are_counted_and_only_what_is_wrong_is_repeated(monkeypatch, capsys):
    said = (
        b"   Compiling serde v1.0.0\n"
        b"\x1b[1m\x1b[36m    Building\x1b[0m [===>        ] 12/375: serde, domain\r"
        b"\x1b[Kwarning: unused variable\n"
        b"\x1b[1m\x1b[36m    Building\x1b[0m [=======>    ] 300/375: boot\r"
        b"    Finished `release` profile\n"
    )

    class Cargo:
        stderr = io.BufferedReader(io.BytesIO(said))

        @staticmethod
        def wait() -> int:
            return 0

    shown = []
    monkeypatch.setattr(build.subprocess, "Popen", lambda *command, **options: Cargo)
    monkeypatch.setattr(build.Progress, "show", lambda self, text: shown.append(text))
    assert build.run_cargo() == 0
    assert shown == ["12 of 375 crates and programs", "300 of 375 crates and programs"]
    assert capsys.readouterr().err == "warning: unused variable\n"


def test_a_mail_is_shown_as_people_read_it():
    html = '<p>Your password:</p>\n<p style="x">a&amp;B</p><ol>\n<li>Go to\n<a href="u">u</a>.</li>\n</ol>'
    assert mails.text_of({"BodyText": "", "BodyHtml": html}) == "Your password:\na&B\n- Go to u."
    assert mails.text_of({"BodyText": "As it is.\n", "BodyHtml": html}) == "As it is."
