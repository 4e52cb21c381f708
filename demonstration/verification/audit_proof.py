"""The audit trail proves itself: sealed now, then verified as `fanout audit verify` does."""

import time
from dataclasses import replace

from consumers.audit_log.commands import seal_now, verification
from consumers.audit_log.trail.verification import Verified
from demonstration.deployed import Deployed
from demonstration.verification.check import Check
from deployment.outputs import deployed_stage
from fanout_local.environment import STAGE


def verified_trail(deployed: Deployed) -> Verified:
    """Close what was logged so far, and verify the whole trail; who asks again waits by itself."""
    stage = deployed_stage(STAGE, deployed.stack.instance)
    seal_now(stage)
    return replace(verification(stage), pause=lambda _: None).run(now_ms=time.time_ns() // 1_000_000)


def check_audit_proof(verified: Verified, expected: int) -> Check:
    """Say what the verification found; `expected` is how many changes there were."""
    differences = [f"{finding.kind.value}: {finding.text}" for finding in verified.findings]
    if verified.events != expected:
        differences.append(f"the trail has {verified.events} distinct events, there were {expected} changes")
    if verified.unsealed:
        differences.append(f"{verified.unsealed} lines are not sealed")
    return Check(
        title="audit proof",
        verified=(
            f"{verified.events} events of {verified.documents} documents: every chain whole, its end the table's; "
            "sealed, signed and proven"
        ),
        differences=tuple(differences),
    )
