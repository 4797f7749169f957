# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ctrl-C in the first seconds, and the last: one line says in what state the crawl is."""

import pytest
from standing import PROFILE

from vestigo import i18n
from vestigo.cli import app, crawl_running
from vestigo.errors import ExitCode


def interrupt(*_given, **_named):
    raise KeyboardInterrupt


@pytest.fixture
def run(case, authorised, market, capsys):
    authorised()

    def crawl():
        words = ["crawl", "run", str(case.path), "--profile", PROFILE, "--start", market.uri]
        code = app.run(words)
        return code, capsys.readouterr().err.splitlines()

    return crawl


LINES = {
    "en": ("Interrupted before the crawl began: nothing was sent.",
           "Interrupted. What was captured is kept; run the same command again to go on."),
    "es": ("Interrumpido antes de que empezara el rastreo: no se envió nada.",
           "Interrumpido. Lo capturado se conserva; repita la misma orden para continuar."),
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "es"])
def test_before_the_crawl_began_nothing_was_sent(run, monkeypatch, market, language):
    i18n.activate(language)
    monkeypatch.setattr(crawl_running, "check_authority", interrupt)
    code, err = run()
    assert (code, err[-1]) == (ExitCode.INTERRUPTED, LINES[language][0])
    assert not market.asked


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("place", ["crawl", "record_captures"])
def test_in_a_crawl_that_minds_no_signals_yet_the_way_on_is_said(
    run, monkeypatch, look, market, html, language, place
):
    i18n.activate(language)
    market.answers["/"] = html.category()
    with monkeypatch.context() as patched:
        patched.setattr(f"vestigo.pipeline.crawling.{place}", interrupt)
        code, err = run()
    assert (code, err[-1]) == (ExitCode.INTERRUPTED, LINES[language][1])
    if place == "crawl":
        assert look()["reason"] in ("interrupted", "E-CRA-060")
    assert run()[0] == ExitCode.DONE


def test_while_the_command_is_loaded_nothing_was_done(monkeypatch, capsys):
    monkeypatch.setattr("importlib.import_module", interrupt)
    assert app.run(["crawl", "run"]) == ExitCode.INTERRUPTED
    assert capsys.readouterr().err == "Interrupted before the command began: nothing was done.\n"


def test_any_other_command_says_at_least_that(monkeypatch, capsys):
    monkeypatch.setattr(app, "program", interrupt)
    assert app.run(["doctor"]) == ExitCode.INTERRUPTED
    assert capsys.readouterr().err == "Interrupted.\n"
