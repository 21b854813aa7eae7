import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import SealBroken
from bot.core.secret import Secret
from bot.store.sealing import HEADER_BYTES, NONCE_BYTES, BadKey, Sealer

keys = st.binary(min_size=32, max_size=32)
contexts = st.lists(st.text(max_size=12), max_size=5).map(tuple)


@given(key=keys, text=st.text(), context=contexts)
def test_what_was_sealed_opens_in_its_place(key: bytes, text: str, context: tuple[str, ...]) -> None:
    sealer = Sealer([key])
    blob = sealer.seal(Secret(text), *context)
    assert sealer.open(blob, *context) == Secret(text)


@given(key=keys, context=contexts, other=contexts)
def test_it_opens_nowhere_else(key: bytes, context: tuple[str, ...], other: tuple[str, ...]) -> None:
    sealer = Sealer([key])
    blob = sealer.seal(Secret("ticket"), *context)
    if context == other:
        assert sealer.open(blob, *other) == Secret("ticket")
    else:
        with pytest.raises(SealBroken):
            sealer.open(blob, *other)


def test_parts_of_a_place_do_not_run_together() -> None:
    sealer = Sealer([bytes(32)])
    with pytest.raises(SealBroken):
        sealer.open(sealer.seal(Secret("ticket"), "T1", "U1"), "T1U", "1")


@given(key=keys, other=keys, text=st.text())
def test_another_key_does_not_open_it(key: bytes, other: bytes, text: str) -> None:
    blob = Sealer([key]).seal(Secret(text), "links")
    if key != other:
        with pytest.raises(SealBroken) as broken:
            Sealer([other]).open(blob, "links")
        assert broken.value.params["reason"] == "unknown-key"


@given(key=keys, data=st.data())
def test_a_flipped_bit_is_noticed(key: bytes, data: st.DataObject) -> None:
    sealer = Sealer([key])
    blob = bytearray(sealer.seal(Secret("ticket"), "links"))
    bit = data.draw(st.integers(0, len(blob) * 8 - 1))
    blob[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SealBroken):
        sealer.open(bytes(blob), "links")


@given(blob=st.binary(max_size=80))
def test_junk_is_a_broken_seal_and_nothing_else(blob: bytes) -> None:
    sealer = Sealer([bytes(32)])
    for junk in (blob, sealer.seal(Secret(""))[:HEADER_BYTES] + blob):
        with pytest.raises(SealBroken):
            sealer.open(junk)


@given(old=keys, new=keys)
def test_keys_are_replaced_newest_first(old: bytes, new: bytes) -> None:
    before, during, after = Sealer([old]), Sealer([new, old]), Sealer([new])
    assert during.open(before.seal(Secret("ticket"))) == Secret("ticket")
    assert after.open(during.seal(Secret("ticket"))) == Secret("ticket")
    assert during.key_ids == (*after.key_ids, *before.key_ids)


def test_a_nonce_is_not_used_twice() -> None:
    sealer = Sealer([bytes(32)])
    blobs = [sealer.seal(Secret("ticket")) for _ in range(1000)]
    assert len({blob[HEADER_BYTES : HEADER_BYTES + NONCE_BYTES] for blob in blobs}) == 1000


@pytest.mark.parametrize("padding", ["", "="])
def test_the_setting_names_several_keys(padding: str) -> None:
    text = [base64.urlsafe_b64encode(bytes([n] * 32)).decode().rstrip("=") + padding for n in (1, 255)]
    both = Sealer.from_text(Secret(" , ".join(text)))
    assert both.key_ids == (*Sealer([b"\x01" * 32]).key_ids, *Sealer([b"\xff" * 32]).key_ids)


@pytest.mark.parametrize("text", ["", "short", "!" * 43, "é" * 43, "A" * 43 + ",", "A" * 44 + "A" * 43])
def test_a_setting_that_is_no_key_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(BadKey, match="BOT_SECRET_KEY") as bad:
        Sealer.from_text(Secret(text))
    assert not text or text not in str(bad.value)


def test_nothing_of_a_key_shows() -> None:
    key = bytes(range(32))
    sealer = Sealer([key])
    shown = f"{sealer!r} {sealer._keys!r} {sealer.key_ids}"
    assert key.hex() not in shown
    assert repr(key) not in shown
