"""Known answers by which every form of a digest is tested before it is used.

The message is longer than two blocks of every digest, ends inside a block and has octets of every kind, so that a
wrong table, a wrong order of octets, a wrong carry or a wrong end shows. Values: confirmed by libgcrypt for the
GOST digests, by OpenSSL for SM3, by the published examples for the Python forms that gave the others.
"""

from itertools import pairwise
from typing import Final

from policies.algorithms.hashes.construction import Hash

MESSAGE: Final = bytes(7 * position + (position >> 5) & 0xFF for position in range(413))
# The cuts fall before, on and after the ends of blocks, and inside one.
CUTS: Final = (0, 1, 32, 64, 127, 128, 160, 288, 413)
# For each digest: of no octets, and of the message.
ANSWERS: Final = {
    "Streebog-256": (
        "3f539a213e97c802cc229d474c6aa32a825a360b2a933a949fd925208d9ce1bb",
        "b4e86a2c7c06bb3e2985f57c4e4bb680916c493a481cf233bb390412b9b7562c",
    ),
    "Streebog-512": (
        "8e945da209aa869f0455928529bcae4679e9873ab707b55315f56ceb98bef0a7362f715528356ee83cda5f2aac4c6ad2ba3a715c1bcd81cb8e9f90bf4c1c1a8a",
        "659b3c85db589a65e99c0e7045d47dbf0c3529ac11c0558c617748f2ec42f000ac230438a8626e9a01170b5ebb59616158249dafef27648a3291685f476f5363",
    ),
    "GOST94-CryptoPro": (
        "981e5f3ca30c841487830f84fb433e13ac1101569b9c13584ac483234cd656c0",
        "36c7eb90f9747f6b7189fc2a2446b9d30628938f05e7015a81d540465d7dc5e9",
    ),
    "GOST94-Test": (
        "ce85b99cc46752fffee35cab9a7b0278abb4c2d2055cff685af4912c49490f8d",
        "63af7333592563f9b4993b432f7da657f5b597a9be5bf2f32b685244330e00cc",
    ),
    "belt-hash": (
        "eb6ba8bde3821909b63e14764485530fd8e875a23834d41d6c100ac446828c7e",
        "a2e6bf93515bbf20db9568be3ac9bcef635eafda675608bb81763a7650ecc085",
    ),
    "bash256": (
        "114c3dfae373d9bcbc3602d6386f2d6a2059ba1bf9048dbaa5146a6cb775709d",
        "57e3ea4b068a3ef94620e1b91cc52ee63ca9f2cc32b3794dfdf1290eefb40ffe",
    ),
    "bash384": (
        "296f63cddf8e4963a657a8861fad1d9d75baf67e747b7e00af8e55bab9e2627bb0e2b752d867e70beb88d13d495a4ecb",
        "46cfc4f0ed8dbbff96df92a4eaf58d57e90d464fd8c540a2db1346a1300c59b38d8286e6cb2a35e71e097fc0904103f0",
    ),
    "bash512": (
        "d3a5f9b655ce3efc1c3e6f2fa1e10f39ec1c3950462097ced1130814868e49e3887581066cd78a97b6685a410e239d12a357faff1b252d6310aa1f95fd4a0283",
        "d70b12799994f13c55cb25acf2983df5b8246f8aed85a0241e7d1eb4d3e4869370db8f5c7defebbb2b2bdf4b243f51a6a0c264682941dd1a9ba8e45e38430a5e",
    ),
    "SM3": (
        "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b",
        "53474cdbfd64b48c1474ab42c8434686e63d626b1d2b1bfb8fa63a4b88686d9b",
    ),
}


def knows(running: Hash) -> bool:
    """True when a fresh computation gives the known answers, also in pieces and after a copy."""
    empty, whole = ANSWERS[running.name]
    other = running.copy()
    if running.hexdigest() != empty:
        return False
    for start, end in pairwise(CUTS):
        running.update(MESSAGE[start:end])
        running = running.copy()
    other.update(MESSAGE)
    return running.hexdigest() == whole == other.hexdigest()
