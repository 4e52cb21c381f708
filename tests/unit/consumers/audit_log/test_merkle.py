"""Merkle trees as RFC 6962 has them."""

from hashlib import sha256

import pytest

from consumers.audit_log.trail.merkle import (
    EMPTY_ROOT,
    GrowingTree,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    leaf_hash,
    root_of,
)

CONTENTS = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "60" * 16)]
"""The test data of Certificate Transparency's reference implementation, the last one apart."""
LEAVES = [leaf_hash(content) for content in CONTENTS]


def test_known_roots() -> None:
    """The roots of the first trees that Certificate Transparency's own tests have."""
    assert sha256().digest() == EMPTY_ROOT
    assert root_of(LEAVES[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert root_of(LEAVES[:2]).hex() == "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
    assert root_of(LEAVES[:3]).hex() == "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"
    assert root_of(LEAVES[:7]).hex() == "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"


@pytest.mark.parametrize("size", range(1, 9))
def test_proofs_of_inclusion(size: int) -> None:
    """Each leaf's path leads to the root, and no other leaf's or place's does."""
    leaves = LEAVES[:size]
    root = root_of(leaves)
    for index, leaf in enumerate(leaves):
        proof = inclusion_proof(leaves, index)
        assert is_included(leaf, index, size, proof, root)
        assert not is_included(leaf_hash(b"other"), index, size, proof, root)
        assert not is_included(leaf, index + 1, size, proof, root)
        assert not is_included(leaf, index, size, [*proof, leaf], root)


@pytest.mark.parametrize("size", range(9))
def test_proofs_of_consistency(size: int) -> None:
    """Each earlier tree grew into the later one; a tree with another past did not."""
    leaves = LEAVES[:size]
    root = root_of(leaves)
    for earlier in range(size + 1):
        proof = consistency_proof(leaves, earlier)
        assert is_consistent(earlier, root_of(leaves[:earlier]), size, root, proof)
        if 0 < earlier < size:
            assert not is_consistent(earlier, leaf_hash(b"other"), size, root, proof)
            assert not is_consistent(earlier, root_of(leaves[:earlier]), size, root, proof[:-1])
            assert not is_consistent(earlier + 1, root_of(leaves[:earlier]), size, root, proof)


@pytest.mark.parametrize("stop", range(9))
def test_a_tree_goes_on_from_its_frontier(stop: int) -> None:
    """However often it is put away and taken up again."""
    tree = GrowingTree()
    for leaf in LEAVES[:stop]:
        tree.add(leaf)
        tree = GrowingTree(tree.size, tree.frontier)
    assert tree.root == root_of(LEAVES[:stop])


def test_a_frontier_of_another_size_is_refused() -> None:
    """It would give roots that no tree has."""
    with pytest.raises(ValueError, match="3 leaves has 2 perfect subtrees, not 1"):
        GrowingTree(3, [b"x"])
