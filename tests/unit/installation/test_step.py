"""A step is done exactly as long as its inputs and outputs are what they were."""

from pathlib import Path

from tests.unit.installation.steps_for_tests import make_step


def test_a_step_is_done_from_its_stamp_on(tmp_path: Path) -> None:
    """Only the stamp makes a step done."""
    step = make_step(tmp_path, "a")
    assert not step.is_done()
    step.mark_done()
    assert step.is_done()
    step.forget()
    assert not step.is_done()


def test_a_changed_file_undoes_a_step(tmp_path: Path) -> None:
    """The content of an input counts, not its time."""
    lock = tmp_path / "lock.txt"
    lock.write_text("boto3==1.0")
    step = make_step(tmp_path, "a", inputs=[lock])
    step.mark_done()
    lock.write_text("boto3==1.0")
    assert step.is_done()
    lock.write_text("boto3==1.1")
    assert not step.is_done()


def test_texts_do_not_run_together(tmp_path: Path) -> None:
    """The inputs "ab", "c" are other ones than "a", "bc"."""
    make_step(tmp_path, "a", inputs=["ab", "c"]).mark_done()
    assert not make_step(tmp_path, "a", inputs=["a", "bc"]).is_done()


def test_a_lost_output_undoes_a_step(tmp_path: Path) -> None:
    """What somebody deleted is made again."""
    made = tmp_path / "made"
    made.touch()
    step = make_step(tmp_path, "a", outputs=[made])
    step.mark_done()
    assert step.is_done()
    made.unlink()
    assert not step.is_done()
