# Copyright PythonPlus contributors.
"""the ChaCha20 cipher of RFC 8439: 32-bit integers"""
import struct

KEY = bytes(range(32))
NONCE = bytes.fromhex("000000000000004a00000000")
QUARTERS = ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
            (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14))
MASK = 0xFFFFFFFF
TEXT = (b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip "
        b"for the future, sunscreen would be it.")


def turn(value, bits):
    return (value << bits | value >> 32 - bits) & MASK


def quarter(state, a, b, c, d):
    for first, second in (16, 12), (8, 7):
        state[a] = state[a] + state[b] & MASK
        state[d] = turn(state[d] ^ state[a], first)
        state[c] = state[c] + state[d] & MASK
        state[b] = turn(state[b] ^ state[c], second)


def block(counter):
    start = struct.unpack("<16I", b"expand 32-byte k" + KEY
                          + counter.to_bytes(4, "little") + NONCE)
    state = list(start)
    for _ in range(10):
        for places in QUARTERS:
            quarter(state, *places)
    return struct.pack("<16I", *(a + b & MASK for a, b in zip(state, start)))


def encrypt(text):
    found = bytearray()
    for place in range(0, len(text), 64):
        key = block(place // 64 + 1)
        found += bytes(a ^ b for a, b in zip(text[place:place + 64], key))
    return bytes(found)


def run():
    first = encrypt(TEXT)
    return first[:16].hex(), encrypt(TEXT * 20)[:len(TEXT)][:64] == first[:64]


# The beginning of the ciphertext in section 2.4.2 of the RFC.
EXPECTED = ("6e2e359a2568f98041ba0728dd0d6981", True)
