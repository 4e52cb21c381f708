"""The demonstration takes the trail's own verification for one of its checks."""

from demonstration.verification.audit_proof import check_audit_proof
from tests.unit.consumers.audit_log.trail import a_world


def test_a_trail_that_is_whole_and_sealed() -> None:
    """Everything that happened is in it, and sealed; what is missing, wrong or unsealed is a difference."""
    world = a_world()
    assert [it.partition(" ")[2] for it in check_audit_proof(world.verify(), 13).differences] == [
        "lines are not sealed"
    ]
    world.seal()
    assert check_audit_proof(world.verify(), 13).ok
    assert not check_audit_proof(world.verify(), 14).ok
    world.trail.log.pop(3)
    assert any(it.startswith("dropped: event") for it in check_audit_proof(world.verify(), 12).differences)
