"""Turn the bytes of a text file into text, and name the encoding."""

from __future__ import annotations

import codecs

from rag.errors import LoadError

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE_BYTES = 64 * 1024
_SMALLEST_SAMPLE = 1024  # a single accent at the end of a long text would seem to be all of it
_ASCII = bytes(range(0x80))
_CANDIDATES = [
    "cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256",
    "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr",
]  # fmt: skip
_ALLOWED_CONTROLS = frozenset("\t\n\r\f\v\b\x1b\x1a\x00")


def decode(data: bytes) -> tuple[str, str]:
    """Return the text and the name of the codec that gives it: `data.decode(name) == text`.

    There are two exceptions. UTF-8 with a few damaged bytes, which are replaced, is "utf-8, damaged"; and
    where UTF-8 is damaged behind its mark, the mark is left out and what follows is read without it.

    Raises:
        LoadError: The bytes are not text.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _decode_marked(data, encoding)
    return _decode_unmarked(data)


def _decode_unmarked(data: bytes) -> tuple[str, str]:
    if b"\0" in data:
        return _decode_with_nuls(data)
    try:
        text, encoding = data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        text, encoding = _guess(data)
    _refuse_controls(text)
    return text, encoding


def _decode_marked(data: bytes, encoding: str) -> tuple[str, str]:
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError:
        if encoding == "utf-8-sig":
            return _decode_unmarked(data.removeprefix(codecs.BOM_UTF8))
        raise LoadError(f"begins like {encoding} text but is damaged; save it again as UTF-8") from None


def _decode_with_nuls(data: bytes) -> tuple[str, str]:
    """Unmarked UTF-16 has a NUL in every second byte of Latin text; anything else is binary."""
    sample = data[:_SAMPLE_BYTES]
    half = max(1, len(sample) // 2)
    for encoding, offset in (("utf-16-le", 1), ("utf-16-be", 0)):
        if sample[offset::2].count(0) > 0.6 * half and sample[1 - offset :: 2].count(0) < 0.05 * half:
            try:
                text = data.decode(encoding)
            except UnicodeDecodeError:
                continue
            _refuse_controls(text)
            return text, encoding
    raise LoadError("is binary, not text: it contains NUL bytes")


def _guess(data: bytes) -> tuple[str, str]:
    damaged = data.decode("utf-8", "replace")
    wrong = damaged.count("\ufffd")
    beyond_ascii = len(damaged) - len(damaged.encode("ascii", "ignore"))
    if beyond_ascii - wrong > 4 * wrong:
        return damaged, "utf-8, damaged"
    encoding = _guess_encoding(_sample(data))
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError:
        return data.decode("latin-1"), "latin-1"


def _sample(data: bytes) -> bytes:
    """Return a part of a text that tells its encoding: a long one may begin with nothing but ASCII."""
    if len(data) <= _SAMPLE_BYTES:
        return data
    beyond_ascii = data.lstrip(_ASCII)
    return data[-max(len(beyond_ascii), _SMALLEST_SAMPLE) :][:_SAMPLE_BYTES]


def _guess_encoding(sample: bytes) -> str:
    high = [byte for byte in sample if byte >= 0x80]
    accents = sum(
        1
        for byte in high
        if byte >= 0xC0 or byte in b"\x80\x85\x91\x92\x93\x94\x96\x97\xa0\xa7\xa9\xab\xb0\xb4\xb7\xbb"
    )
    if len(high) < 0.12 * len(sample) and accents >= 0.8 * len(high):
        return "cp1252"  # few accents among much ASCII: a statistical guess on so little is worse
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=_CANDIDATES).best()
    return best.encoding if best else "latin-1"


def _refuse_controls(text: str) -> None:
    sample = text[:_SAMPLE_BYTES]
    controls = sum(1 for character in sample if character < " " and character not in _ALLOWED_CONTROLS)
    if controls > 0.01 * len(sample):
        raise LoadError("is binary, not text: it is full of control characters")
